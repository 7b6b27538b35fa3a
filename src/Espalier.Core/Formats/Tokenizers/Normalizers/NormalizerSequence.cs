namespace Espalier.Formats.Tokenizers;

/// <summary>Normalisers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override TextSpan Apply(TextSpan text)
    {
        foreach (var step in steps) text = step.Apply(text);
        return text;
    }
}
