namespace Espalier.Formats.Tokenizers;

/// <summary>Everything a <see cref="PipelineTokenizer"/> is made of.</summary>
internal sealed record TokenizerParts
{
    public required string Identity { get; init; }

    public required BpeModel Model { get; init; }

    public required TokenDecoder Decoder { get; init; }

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public PostProcessing PostProcessing { get; init; } = PostProcessing.None;

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Whether added tokens are looked for in the text; llama2.c takes them as plain characters.</summary>
    public bool MatchAddedTokens { get; init; } = true;

    public int? BosId { get; init; }

    public int? EosId { get; init; }

    public int? UnknownId { get; init; }
}
