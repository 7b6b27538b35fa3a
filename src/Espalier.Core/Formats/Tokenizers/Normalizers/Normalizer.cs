namespace Espalier.Formats.Tokenizers;

/// <summary>Rewrites one stretch of text between added tokens.</summary>
internal abstract class Normalizer
{
    public abstract TextSpan Apply(TextSpan text);
}
