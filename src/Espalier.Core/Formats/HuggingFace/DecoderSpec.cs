namespace Espalier.Formats.HuggingFace;

/// <summary>
/// What distinguishes one member of the LLaMA family from another: sizes, biases, norms, positions and windows. An architecture file turns a
/// configuration into this; <see cref="DecoderGraph"/> turns it into a graph.
/// </summary>
internal sealed record DecoderSpec
{
    /// <summary>Token count of embedding and head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the gated feed-forward.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Components per head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Epsilon of the RMS norms.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Activation of the gate, by its Hugging Face name.</summary>
    public required string Activation { get; init; }

    /// <summary>Rotary positions.</summary>
    public required RopeScaling Rope { get; init; }

    /// <summary>True if the head is the transposed embedding.</summary>
    public required bool TiedHead { get; init; }

    /// <summary>Longest sequence that the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Bias on q, k and v projections.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Bias on the output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Bias on gate, up and down projections.</summary>
    public bool MlpBias { get; init; }

    /// <summary>RMS norm over each head of q and k before rotation.</summary>
    public bool QkNorm { get; init; }

    /// <summary>Sliding window per layer: a query sees that many keys, itself included; null sees all before it.</summary>
    public required IReadOnlyList<int?> Windows { get; init; }

    /// <summary>Per layer: whether q and k are rotated.</summary>
    public required IReadOnlyList<bool> Rotates { get; init; }
}
