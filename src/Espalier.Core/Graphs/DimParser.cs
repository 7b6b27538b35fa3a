using System.Globalization;

namespace Espalier.Graphs;

/// <summary>Reads sizes that files write as text: names, and sums of products such as <c>16*batch</c> or <c>past + sequence</c>.</summary>
internal static class DimParser
{
    /// <summary>The size; a text that is no such expression is a name as a whole.</summary>
    public static Dim Parse(string text)
    {
        Dim sum = 0;
        foreach (var term in text.Split('+'))
        {
            Dim product = 1;
            foreach (var factor in term.Split('*', StringSplitOptions.TrimEntries))
            {
                if (long.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) product *= number;
                else if (IsName(factor)) product *= factor;
                else return text;
            }
            sum += product;
        }
        return sum.IsUnknown || sum.Size is not null ? text : sum;
    }

    private static bool IsName(string text) => text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '.');
}
