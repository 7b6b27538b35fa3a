using Espalier.Formats;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Espalier.Recipes;

/// <summary>
/// Training recipes as YAML files: sections <c>model</c>, <c>data</c> and <c>training</c> hold the properties of <see cref="ModelShape"/>,
/// <see cref="TrainingText"/> and <see cref="TrainingOptions"/> in kebab-case; the other keys are those of <see cref="TrainRecipe"/>.
/// </summary>
public static class TrainRecipeFile
{
    private const int MaxBytes = 1 << 16;
    private static readonly string[] Sections = ["model", "data", "training"];

    /// <summary>Reads a recipe. Relative paths in it are relative to the folder of the file; the recipe returned holds full paths.</summary>
    /// <exception cref="InvalidFileException">The file is not a YAML mapping of sections and plain values.</exception>
    /// <exception cref="UsageException">A key is unknown or missing, or a value has the wrong type or range.</exception>
    public static TrainRecipe Read(string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        var recipe = Parse(TextFiles.Read(full, MaxBytes, "recipe"), path);
        return recipe with
        {
            Output = Path.GetFullPath(recipe.Output, folder),
            Data = recipe.Data with { Train = Path.GetFullPath(recipe.Data.Train, folder), HeldOut = recipe.Data.HeldOut is { } heldOut ? Path.GetFullPath(heldOut, folder) : null },
        };
    }

    /// <summary>Reads a recipe from text, leaving its paths as they are written.</summary>
    public static TrainRecipe Parse(string yaml, string name = "recipe")
    {
        var root = Root(yaml, name);
        var plain = Values(root, name, Sections);
        T Section<T>(string key)
            where T : class => OptionsBinder.Bind<T>(root.Children.TryGetValue(key, out var node) ? Values(node, $"{name}, section '{key}'") : new Dictionary<string, string>(), $"{name}, section '{key}'");
        var head = OptionsBinder.Bind<Head>(plain, name);
        var recipe = new TrainRecipe
        {
            Model = Section<ModelShape>("model"),
            Data = Section<TrainingText>("data"),
            Training = Section<TrainingOptions>("training"),
            Output = head.Output,
            OutputType = head.OutputType,
            Seed = head.Seed,
            Device = head.Device,
            Threads = head.Threads,
        };
        recipe.Validate();
        return recipe;
    }

    private static YamlMappingNode Root(string yaml, string name)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root) return root;
        }
        catch (YamlException e)
        {
            throw new InvalidFileException(name, $"this is not valid YAML: {e.Message.TrimEnd('.')}", $"line {e.Start.Line}", "Correct it there", e);
        }
        // The scanner lets exceptions of the base library through on some damaged texts.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidFileException(name, "this is not valid YAML", remedy: "Check that this is a recipe", inner: e);
        }
        throw new InvalidFileException(name, "it is not one mapping of keys to values", remedy: "See models/espalier-kjv/recipe.yaml for an example");
    }

    private static Dictionary<string, string> Values(YamlNode node, string where, params ReadOnlySpan<string> except)
    {
        if (node is not YamlMappingNode mapping) throw new InvalidFileException(where, "it is not a mapping of keys to values", remedy: "Write one 'key: value' per line");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } text }) throw new InvalidFileException(where, "a key is not plain text", $"line {key.Start.Line}");
            if (except.Contains(text)) continue;
            if (value is not YamlScalarNode scalar) throw new InvalidFileException(where, "the value is not plain text", $"line {key.Start.Line}, key '{text}'");
            values.Add(text, scalar.Value ?? "");
        }
        return values;
    }

    /// <summary>The keys outside the sections.</summary>
    private sealed record Head
    {
        public required string Output { get; init; }

        public string OutputType { get; init; } = "bf16";

        public int Seed { get; init; }

        public string Device { get; init; } = "cpu";

        public int? Threads { get; init; }
    }
}
