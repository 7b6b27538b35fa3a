namespace Espalier.Formats.Tokenizers;

/// <summary>Splits a stretch of text into words; merges never cross words.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Appends the words of a stretch to the output; empty words are left out.</summary>
    public abstract void Split(TextSpan text, List<TextSpan> output);
}
