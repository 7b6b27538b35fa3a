namespace Espalier.Formats.Tokenizers;

/// <summary>Turns text into token ids and back. Instances do not change after creation and may be used from several threads.</summary>
public abstract class TextTokenizer
{
    /// <summary>The largest id plus one. A model's embedding may have more rows than this (padding), never fewer.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Id of the beginning-of-text token, if the tokenizer's files name one.</summary>
    public int? BosId { get; protected init; }

    /// <summary>Id of the end-of-text token, if the tokenizer's files name one.</summary>
    public int? EosId { get; protected init; }

    /// <summary>Id of the token for characters that the vocabulary cannot express, if there is one.</summary>
    public int? UnknownId { get; protected init; }

    /// <summary>A short stable description for evaluation protocols: kind of file and hash of its content.</summary>
    public abstract string Identity { get; }

    /// <summary>Splits a text into tokens with their places in it.</summary>
    /// <param name="text">The text. Lone surrogates count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to add what the model expects around a text, such as a beginning-of-text token.</param>
    /// <returns>The tokens in order. Special tokens that are written out in the text are recognised in either case.</returns>
    public abstract IReadOnlyList<TextToken> Tokenize(string text, bool addSpecialTokens = false);

    /// <summary>The ids of <see cref="Tokenize"/>, without the cost of offsets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">As in <see cref="Tokenize"/>.</param>
    public abstract int[] Encode(string text, bool addSpecialTokens = false);

    /// <summary>The text of a sequence of ids. Bytes that are not valid UTF-8 become U+FFFD; ids without a token are left out, because
    /// padded vocabularies have them.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out of the text.</param>
    public abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false);

    /// <summary>The vocabulary's spelling of an id, or null if the id has no token.</summary>
    /// <param name="id">Token id.</param>
    public abstract string? TokenOf(int id);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    /// <param name="token">Token text, for example <c>&lt;|im_end|&gt;</c>.</param>
    public abstract int? IdOf(string token);
}
