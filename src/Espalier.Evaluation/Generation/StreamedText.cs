using Espalier.Formats.Tokenizers;

namespace Espalier.Evaluation;

/// <summary>
/// Turns tokens that arrive one by one into text to print. A character may be spread over several tokens; what is incomplete is held back until it is whole.
/// </summary>
public sealed class StreamedText
{
    private readonly TextTokenizer _tokenizer;
    private readonly List<int> _ids;
    private int _printed;

    /// <summary>Starts a text.</summary>
    /// <param name="tokenizer">Decodes.</param>
    /// <param name="prompt">Ids before the text; they are not printed, but decide about spaces between.</param>
    public StreamedText(TextTokenizer tokenizer, ReadOnlySpan<int> prompt)
    {
        _tokenizer = tokenizer;
        _ids = [.. prompt];
        _printed = Decode().Length;
    }

    /// <summary>Adds a token.</summary>
    /// <returns>The text that is complete now and has not been returned before; may be empty.</returns>
    public string Add(int id)
    {
        _ids.Add(id);
        var text = Decode();
        // Bytes without a whole character show as U+FFFD at the end.
        var complete = text.Length;
        while (complete > 0 && text[complete - 1] == '\uFFFD') complete--;
        if (complete <= _printed) return "";
        var added = text[_printed..complete];
        _printed = complete;
        return added;
    }

    /// <summary>The rest that was held back, as it is.</summary>
    public string Finish()
    {
        var text = Decode();
        var rest = text.Length > _printed ? text[_printed..] : "";
        _printed = text.Length;
        return rest;
    }

    private string Decode() => _tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), skipSpecialTokens: true);
}
