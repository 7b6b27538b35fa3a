namespace Espalier.Formats.Tokenizers;

/// <summary>Pre-tokenizers one after the other, each splitting the words of the one before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Split(TextSpan text, List<TextSpan> output)
    {
        var words = new List<TextSpan> { text };
        foreach (var step in steps)
        {
            var next = new List<TextSpan>(words.Count);
            foreach (var word in words) step.Split(word, next);
            words = next;
        }
        output.AddRange(words);
    }
}
