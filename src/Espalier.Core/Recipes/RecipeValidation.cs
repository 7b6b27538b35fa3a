namespace Espalier.Recipes;

/// <summary>Checks the values of a recipe once, before anything is opened or computed.</summary>
public static class RecipeValidation
{
    /// <summary>Element types that weights can be written in.</summary>
    public static IReadOnlyList<string> OutputTypes { get; } = ["same", "f32", "f16", "bf16"];

    /// <summary>Where weights can compete.</summary>
    public static IReadOnlyList<string> Scopes { get; } = ["row", "layer"];

    /// <summary>
    /// Refuses values out of range. The pattern and the options of the method are checked by the code that reads them, for it knows what they mean.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="UsageException">A value is out of range; the message names its key.</exception>
    public static void Validate(this PruneRecipe recipe)
    {
        if (Faults(recipe).FirstOrDefault() is { } fault) throw new UsageException(fault.Problem, $"'{fault.Key}'", fault.Remedy);
    }

    /// <summary>All faults of a recipe, in the order of its keys.</summary>
    internal static IEnumerable<RecipeFault> Faults(PruneRecipe recipe)
    {
        foreach (var (key, text) in Texts(recipe))
        {
            if (text is null) continue;
            if (string.IsNullOrWhiteSpace(text)) yield return new(key, "the value is empty", "Give one, or leave it out");
            else if (!IsWellFormed(text)) yield return new(key, "the value is not valid Unicode, or holds a NUL", null);
        }
        foreach (var (name, value) in recipe.Options)
        {
            if (string.IsNullOrWhiteSpace(name) || !IsWellFormed(name)) yield return new(RecipeKeys.Options, "an option has no valid name", null);
            else if (value is null || !IsWellFormed(value)) yield return new(RecipeKeys.Options, $"the value of '{name}' is not valid Unicode", null);
        }
        if (recipe.Sparsity is { } sparsity && !(sparsity is >= 0 and < 1))
        {
            var remedy = sparsity is >= 1 and < 100 ? FormattableString.Invariant($"For {sparsity} percent write {sparsity / 100}") : null;
            yield return new(RecipeKeys.Sparsity, FormattableString.Invariant($"{sparsity} is not a fraction of at least 0 and less than 1"), remedy);
        }
        if (recipe.Scope is { } scope && Unlisted(RecipeKeys.Scope, scope, Scopes) is { } badScope) yield return badScope;
        if (recipe.Samples < 1) yield return new(RecipeKeys.Samples, $"{recipe.Samples} is less than 1", null);
        if (recipe.SequenceLength < 2)
        {
            yield return new(RecipeKeys.SequenceLength, $"{recipe.SequenceLength} is less than 2, and one token predicts nothing", null);
        }
        if (recipe.DataField is not null && recipe.Data is null)
        {
            yield return new(RecipeKeys.DataField, "there is a field but no data to take it from", $"Add '{RecipeKeys.Data}' or remove the field");
        }
        if (Unlisted(RecipeKeys.OutputType, recipe.OutputType, OutputTypes) is { } badType) yield return badType;
        if (recipe.Threads < 1) yield return new(RecipeKeys.Threads, $"{recipe.Threads} is less than 1", "Leave the key out to use all cores");
    }

    /// <summary>Whether a text has no lone surrogates and no NUL, so that it can be a path and be written as UTF-8.</summary>
    internal static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }

    private static RecipeFault? Unlisted(string key, string value, IReadOnlyList<string> known) => known.Contains(value)
        ? null
        : new(key, $"{Formats.NearNames.Quote(value)} is not one of {string.Join(", ", known)}", Formats.NearNames.Suggest(value, known));

    private static IEnumerable<(string Key, string? Text)> Texts(PruneRecipe recipe)
    {
        yield return (RecipeKeys.Model, recipe.Model);
        yield return (RecipeKeys.Method, recipe.Method);
        yield return (RecipeKeys.Pattern, recipe.Pattern);
        foreach (var name in recipe.Exclude) yield return (RecipeKeys.Exclude, name ?? "");
        yield return (RecipeKeys.Data, recipe.Data);
        yield return (RecipeKeys.DataField, recipe.DataField);
        yield return (RecipeKeys.Device, recipe.Device);
    }
}
