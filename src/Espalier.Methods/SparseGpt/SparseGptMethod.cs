using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Methods.SparseGpt;

/// <summary>
/// Removes weights column by column and moves each error onto the columns still to come, through the inverse Hessian of the layer's inputs.
/// The sweep is <see cref="SparseGptSolver"/>. Source: algorithm 1 of the paper.
/// </summary>
public sealed class SparseGptMethod(SparseGptOptions options) : ILayerMethod
{
    /// <summary>Entry of the registry.</summary>
    public static MethodDescriptor Descriptor { get; } = new()
    {
        Id = "sparsegpt",
        Title = "SparseGPT",
        Paper = "SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot, Frantar, Alistarh 2023",
        Link = "https://arxiv.org/abs/2301.00774",
        Summary = "removes weights column by column and lets the rest make up for it; can quantise at the same time",
        Family = "one-shot weights",
        Needs = StatisticsNeeds.Gram,
        Patterns = [PatternKind.Unstructured, PatternKind.NOfM],
        OptionsType = typeof(SparseGptOptions),
        Create = options => new SparseGptMethod((SparseGptOptions)options),
    };

    /// <inheritdoc/>
    public void Require(SparsityPattern pattern, SelectionScope? scope)
    {
        if (scope is not null)
        {
            throw new UsageException("SparseGPT always selects within blocks of columns, so no scope can be chosen", "--scope",
                "Leave the scope out; the option block-size sets the columns");
        }
        if (pattern.Kind == PatternKind.NOfM && options.BlockSize % pattern.Group != 0)
        {
            throw new UsageException($"blocks of {options.BlockSize} columns are no multiple of M = {pattern.Group} of the pattern {pattern}",
                "option 'block-size'", $"Use a multiple of {pattern.Group}");
        }
    }

    /// <inheritdoc/>
    public LayerSolution Prune(LayerProblem problem)
    {
        Require(problem.Pattern, problem.Scope);
        var factor = problem.RequireStatistics().Factor(options.Damping, problem.Kernels, problem.Layer);
        using var dense = problem.Weight.Clone();
        var result = SparseGptSolver.Solve(problem.Weight, factor, Settings(problem), problem.Kernels, problem.Layer, problem.Cancellation);
        var remarks = new List<string>(factor.DampingEscalations);
        if (factor.DeadInputs.Count > 0) remarks.Add($"{factor.DeadInputs.Count} inputs are zero in all calibration data; their weights were removed");
        return new LayerSolution(result.Mask, remarks, SquaredError(dense, problem.Weight, factor, result));
    }

    /// <summary>
    /// tr(D H D^T) without the damping that the solver's loss contains: 2 loss = tr(D (H + d I) D^T), d = damping * mean diagonal.
    /// Dead inputs do not count: their weights leave no trace in any output.
    /// </summary>
    private static double SquaredError(Matrix dense, Matrix pruned, SparseGptFactor factor, SparseGptResult result)
    {
        var dead = factor.DeadInputs.ToHashSet();
        var difference = 0.0;
        for (var row = 0; row < dense.Rows; row++)
        {
            var before = dense.Row(row);
            var after = pruned.Row(row);
            for (var j = 0; j < before.Length; j++)
            {
                if (!dead.Contains(j)) difference += (before[j] - after[j]) * (double)(before[j] - after[j]);
            }
        }
        return (2 * result.PredictedLoss) - (factor.DampingUsed * factor.MeanDiagonal * difference);
    }

    private SparseGptSettings Settings(LayerProblem problem) => new()
    {
        Sparsity = problem.Sparsity,
        Pattern = problem.Pattern,
        BlockSize = options.BlockSize,
        Damping = options.Damping,
        Quantizer = options.Bits is { } bits ? new QuantizationSettings { Bits = bits, Symmetric = options.Symmetric } : null,
    };
}
