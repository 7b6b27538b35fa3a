namespace Espalier.Sparsity;

/// <summary>How many of the lowest scores of a set of n are pruned at sparsity s.</summary>
public enum SelectionRule
{
    /// <summary>Exactly floor(n s); among equal scores the lower index goes first, as a stable sort has it (Wanda).</summary>
    ExactCount,

    /// <summary>
    /// Every score up to and including sorted[floor(n s)], as the official SparseGPT and magnitude codes have it: one more than the exact
    /// count, and all ties. Sparsity 0 prunes nothing.
    /// </summary>
    InclusiveThreshold,
}
