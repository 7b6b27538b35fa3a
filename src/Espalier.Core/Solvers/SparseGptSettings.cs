using Espalier.Sparsity;

namespace Espalier.Solvers;

/// <summary>Options of SparseGPT (Frantar and Alistarh 2023); defaults of the official code.</summary>
public sealed record SparseGptSettings
{
    /// <summary>Fraction of weights to prune, in [0, 1); unused for N:M and for a given mask.</summary>
    public double Sparsity { get; init; } = 0.5;

    /// <summary>Unstructured or N:M (N kept of M). M must divide the block size and the inputs of the layer.</summary>
    public SparsityPattern Pattern { get; init; } = SparsityPattern.Unstructured;

    /// <summary>Columns whose mask is chosen together (the paper's B_s) and which are swept before the rest is updated (B).</summary>
    public int BlockSize { get; init; } = 128;

    /// <summary>Added to the diagonal of H, as a fraction of its mean (the paper's lambda, the code's percdamp).</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>Unstructured: which scores of a column block (all rows together) are pruned. The official code has the inclusive
    /// threshold.</summary>
    public SelectionRule SelectionRule { get; init; } = SelectionRule.InclusiveThreshold;

    /// <summary>Round the kept weights to a grid as well, or null.</summary>
    public QuantizationSettings? Quantizer { get; init; }

    /// <summary>Prune exactly the weights that this mask does not keep instead of choosing.</summary>
    public Mask? GivenMask { get; init; }

    /// <summary>Refuses options out of range or at odds with the layer.</summary>
    internal void Validate(int rows, int columns, string? layer)
    {
        if (BlockSize < 1) throw new UsageException($"A block of {BlockSize} columns is impossible", "block size");
        if (GivenMask is { } mask)
        {
            if (mask.Rows != rows || mask.Columns != columns)
                throw new UsageException($"the given mask is {mask.Rows}x{mask.Columns}, the weight {rows}x{columns}", layer ?? "mask");
            return;
        }
        if (Pattern.Kind == PatternKind.Block)
            throw new UsageException($"SparseGPT does not choose masks of the pattern {Pattern}", layer ?? "pattern",
                "Use 'unstructured' or N:M, or select a block mask and give it");
        if (Pattern.Kind == PatternKind.Unstructured)
        {
            MaskSelector.RequireSparsity(Sparsity);
            return;
        }
        Pattern.RequireFits(rows, columns, layer);
        if (BlockSize % Pattern.Group != 0)
        {
            throw new UsageException($"M = {Pattern.Group} of the pattern {Pattern} does not divide the block size {BlockSize}:"
                + " a group would lie across two blocks", layer ?? "block size",
                $"Choose a block size that is a multiple of {Pattern.Group}");
        }
    }
}
