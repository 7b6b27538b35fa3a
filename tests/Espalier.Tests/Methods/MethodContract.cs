using Espalier.Sparsity;

namespace Espalier.Tests.Methods;

/// <summary>What the contract matrix must know of a method beyond its entry in the registry.</summary>
/// <param name="Pruned">
/// How many of rows x columns units are removed at a sparsity, by the method's own rule, for units without ties. N:M needs no rule: exactly M - N
/// of every group go.
/// </param>
/// <param name="KeepsSurvivors">True if kept weights keep every bit.</param>
internal sealed record MethodContract(Func<int, int, double, long> Pruned, bool KeepsSurvivors)
{
    /// <summary>One contract for every method of the registry; a method without one fails the matrix.</summary>
    public static IReadOnlyDictionary<string, MethodContract> All { get; } = new Dictionary<string, MethodContract>
    {
        ["magnitude"] = new(InclusiveLayer, KeepsSurvivors: true),
        ["wanda"] = new((rows, columns, sparsity) => rows * (long)(columns * sparsity), KeepsSurvivors: true),
        ["ria"] = new(InclusiveLayer, KeepsSurvivors: true),
        // Blocks of 128 columns, wider than any layer of the tiny model: the whole layer is one block.
        ["sparsegpt"] = new(InclusiveLayer, KeepsSurvivors: false),
    };

    /// <summary>The patterns to try for a kind.</summary>
    public static string[] PatternsOf(PatternKind kind) => kind switch
    {
        PatternKind.Unstructured => ["unstructured"],
        PatternKind.NOfM => ["2:4", "4:8", "1:4"],
        PatternKind.Block => ["block:4x4"],
        _ => throw new InvalidOperationException($"The contract matrix has no pattern of the kind {kind}."),
    };

    /// <summary>Weights of a layer that a pattern at half sparsity must remove.</summary>
    public long PrunedWeights(SparsityPattern pattern, int rows, int columns) => pattern.Kind == PatternKind.NOfM
        ? rows * (long)(columns / pattern.Group) * (pattern.Group - pattern.Kept)
        : Pruned(rows / pattern.BlockRows, columns / pattern.BlockColumns, ContractRun.Sparsity) * pattern.BlockRows * pattern.BlockColumns;

    /// <summary>The official comparison with sorted[floor(n s)]: one more than the fraction.</summary>
    private static long InclusiveLayer(int rows, int columns, double sparsity) => (long)(rows * columns * sparsity) + 1;
}
