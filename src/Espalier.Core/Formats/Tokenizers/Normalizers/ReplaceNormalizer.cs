using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>Replaces every occurrence of a string. The replacement stands for the last character of what it replaces.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : Normalizer
{
    public override TextSpan Apply(TextSpan text)
    {
        var chars = text.Chars;
        var at = chars.IndexOf(pattern, StringComparison.Ordinal);
        if (at < 0) return text;
        Rune.DecodeLastFromUtf16(pattern, out _, out var lastLength);
        var builder = new AlignedTextBuilder(text.Length);
        var done = 0;
        while (at >= 0)
        {
            builder.Append(text, done, at);
            done = at + pattern.Length;
            builder.Append(content, text.OriginalStart(done - lastLength), text.OriginalEnd(done));
            var next = chars[done..].IndexOf(pattern, StringComparison.Ordinal);
            at = next < 0 ? -1 : done + next;
        }
        builder.Append(text, done, text.Length);
        return builder.ToSpan();
    }
}
