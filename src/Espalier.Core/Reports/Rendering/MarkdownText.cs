using System.Text;

namespace Espalier.Reports.Rendering;

/// <summary>Text inside Markdown that must stay text.</summary>
internal static class MarkdownText
{
    /// <summary>Escapes what Markdown or HTML inside it would interpret; line breaks become spaces.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '&': result.Append("&amp;"); break;
                case '\\' or '`' or '*' or '[' or ']' or '|' or '#' or '$' or '!' or '~': result.Append('\\').Append((char)rune.Value); break;
                // An underscore inside a word is text; at its edge it would begin emphasis.
                case '_': result.Append("\\_"); break;
                case < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029: result.Append(' '); break;
                default: result.Append(rune); break;
            }
        }
        return result.ToString();
    }

    /// <summary>Text as code within a line, whatever backticks it holds.</summary>
    public static string Code(string text)
    {
        var plain = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Replace("|", "\\|", StringComparison.Ordinal);
        if (plain.Length == 0) return "";
        var fence = new string('`', LongestRun(plain) + 1);
        return plain.Contains('`') ? $"{fence} {plain} {fence}" : $"{fence}{plain}{fence}";
    }

    /// <summary>A web address as the target of a link, or null if the text is none.</summary>
    public static string? Link(string text) => Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme is "https" or "http"
        ? link.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)
        : null;

    /// <summary>A block of code whose fence is longer than any in it.</summary>
    public static string Block(string language, string text)
    {
        var fence = new string('`', Math.Max(3, LongestRun(text) + 1));
        return $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}\n";
    }

    private static int LongestRun(string text)
    {
        int longest = 0, run = 0;
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
