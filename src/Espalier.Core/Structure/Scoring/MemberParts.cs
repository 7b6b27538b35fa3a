namespace Espalier.Structure;

/// <summary>Which members of a coupled group a criterion looks at. Frozen parameters, statistics, constants and integers never count.</summary>
[Flags]
public enum MemberParts
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Rows that make channels and columns that consume them: weights of products, convolutions and recurrent layers.</summary>
    Products = 1,

    /// <summary>Scales of normalisations that are one operator: batch, layer, instance, group and root-mean-square normalisation.</summary>
    Scales = 2,

    /// <summary>Biases of products, and shifts of normalisations.</summary>
    Biases = 4,

    /// <summary>Kernels of depthwise convolutions.</summary>
    Depthwise = 8,

    /// <summary>Whatever else has the channels: embeddings, position tables, factors.</summary>
    Others = 16,

    /// <summary>What Torch-Pruning counts: products and scales.</summary>
    Default = Products | Scales,

    /// <summary>Everything.</summary>
    All = Products | Scales | Biases | Depthwise | Others,
}
