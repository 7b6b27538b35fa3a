using System.Globalization;
using System.Text;

namespace Espalier.Recipes;

/// <summary>Writes a recipe as YAML: every key that differs from null, in the order of the record, so that the file states the defaults it was run with.</summary>
internal static class RecipeYamlWriter
{
    // Words that YAML 1.1 or 1.2 reads as something other than text.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

    public static string Write(PruneRecipe recipe)
    {
        var text = new StringBuilder();
        void Line(string key, string? value)
        {
            if (value is not null) text.Append(key).Append(": ").Append(value).Append('\n');
        }
        Line(RecipeKeys.Model, Text(recipe.Model));
        Line(RecipeKeys.Method, Text(recipe.Method));
        Line(RecipeKeys.Sparsity, recipe.Sparsity?.ToString("R", CultureInfo.InvariantCulture));
        Line(RecipeKeys.Pattern, Text(recipe.Pattern));
        Line(RecipeKeys.Scope, Text(recipe.Scope));
        if (recipe.Options.Count > 0)
        {
            text.Append(RecipeKeys.Options).Append(":\n");
            foreach (var (name, value) in recipe.Options) text.Append("  ").Append(Text(name)).Append(": ").Append(Text(value)).Append('\n');
        }
        if (recipe.Exclude.Count > 0)
        {
            text.Append(RecipeKeys.Exclude).Append(":\n");
            foreach (var layer in recipe.Exclude) text.Append("  - ").Append(Text(layer)).Append('\n');
        }
        Line(RecipeKeys.Data, Text(recipe.Data));
        Line(RecipeKeys.DataField, Text(recipe.DataField));
        Line(RecipeKeys.Samples, Integer(recipe.Samples));
        Line(RecipeKeys.SequenceLength, Integer(recipe.SequenceLength));
        Line(RecipeKeys.Seed, Integer(recipe.Seed));
        Line(RecipeKeys.OutputType, Text(recipe.OutputType));
        Line(RecipeKeys.Device, Text(recipe.Device));
        Line(RecipeKeys.Threads, Integer(recipe.Threads));
        return text.ToString();
    }

    private static string? Integer(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    /// <summary>A scalar that every YAML reader takes as this text: plain where that is certain, else in double quotes.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(value))]
    internal static string? Text(string? value)
    {
        if (value is null) return null;
        if (IsPlain(value)) return value;
        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                // Controls, line and paragraph separators, byte order mark and non-characters are not printable in YAML.
                case < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF:
                    text.Append("\\u").Append(rune.Value.ToString("X4", CultureInfo.InvariantCulture));
                    break;
                default: text.Append(rune); break;
            }
        }
        return text.Append('"').ToString();
    }

    // Starts with a letter, '/' or '.', goes on with characters that have no meaning in YAML; numbers as options stay bare, they are read as text anyway.
    private static bool IsPlain(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        ? value.All(c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '-')
        : value.Length > 0 && !Words.Contains(value) && (char.IsAsciiLetter(value[0]) || value[0] is '/' or '.')
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') && value is not ("." or ".." or "...");
}
