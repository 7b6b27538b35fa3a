using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>Puts a string in front of a text that is not empty. It stands for the text's first character, as that character itself still does.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override TextSpan Apply(TextSpan text)
    {
        if (text.Length == 0) return text;
        var builder = new AlignedTextBuilder(text.Length + prefix.Length);
        Rune.DecodeFromUtf16(text.Chars, out _, out var first);
        builder.Append(prefix, text.OriginalStart(0), text.OriginalEnd(first));
        builder.Append(text, 0, text.Length);
        return builder.ToSpan();
    }
}
