using Espalier.Formats;

namespace Espalier.Recipes;

/// <summary>Recipes as YAML files. The keys are the properties of <see cref="PruneRecipe"/> in kebab-case; a key that is absent has its default.</summary>
public static class RecipeFile
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a recipe. Relative paths in it are relative to the folder of the file; the recipe returned holds full paths.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidFileException">The file is not a YAML mapping, or uses YAML beyond plain mappings, lists and scalars.</exception>
    /// <exception cref="UsageException">A key is unknown or missing, or a value has the wrong type or range; the message names line and key.</exception>
    public static PruneRecipe Read(string path)
    {
        var full = Path.GetFullPath(path);
        var text = TextFiles.Read(full, MaxBytes, "recipe");
        var recipe = Parse(text, path);
        var folder = Path.GetDirectoryName(full)!;
        return recipe with
        {
            Model = Path.GetFullPath(recipe.Model, folder),
            Data = recipe.Data is null ? null : Path.GetFullPath(recipe.Data, folder),
        };
    }

    /// <summary>Reads a recipe from text, leaving its paths as they are written.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">Name of the source for messages.</param>
    /// <exception cref="InvalidFileException">As for <see cref="Read"/>.</exception>
    /// <exception cref="UsageException">As for <see cref="Read"/>.</exception>
    public static PruneRecipe Parse(string yaml, string name = "recipe")
    {
        if (yaml.Length > MaxBytes) throw TextFiles.TooLarge(name, MaxBytes, "recipe");
        var draft = new RecipeDraft(name);
        RecipeYamlReader.Read(yaml, name, draft);
        return draft.Complete();
    }

    /// <summary>
    /// Writes a recipe atomically. Relative paths in the recipe are taken as relative to the current directory; paths below the folder of the file
    /// are written relative to it, so that the folder can be moved, and others in full.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="path">The file; it is replaced if it exists.</param>
    /// <exception cref="UsageException">The recipe is not valid.</exception>
    public static void Write(PruneRecipe recipe, string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        var text = Format(recipe with
        {
            Model = Relative(recipe.Model, folder),
            Data = recipe.Data is null ? null : Relative(recipe.Data, folder),
        });
        TextFiles.Write(full, text);
    }

    /// <summary>The YAML text of a recipe, paths as they are. <see cref="Parse"/> gives the same recipe back.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="UsageException">The recipe is not valid.</exception>
    public static string Format(PruneRecipe recipe)
    {
        recipe.Validate();
        return RecipeYamlWriter.Write(recipe);
    }

    private static string Relative(string path, string folder)
    {
        var full = Path.GetFullPath(path);
        if (full == folder) return ".";
        var prefix = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return full.StartsWith(prefix, StringComparison.Ordinal) ? Path.GetRelativePath(folder, full) : full;
    }
}
