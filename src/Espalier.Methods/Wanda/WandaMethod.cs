using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;
using static System.Numerics.Tensors.TensorPrimitives;

namespace Espalier.Methods.Wanda;

/// <summary>
/// Score |W_ij| * ||X_j||, compared within each output row; survivors are not changed. Exactly floor(inputs * sparsity) weights of a row go,
/// ties from the lowest column. Source: equation 1 and section 3 of the paper.
/// </summary>
public sealed class WandaMethod(WandaOptions options) : ScoringMethod
{
    /// <summary>Entry of the registry.</summary>
    public static MethodDescriptor Descriptor { get; } = new()
    {
        Id = "wanda",
        Title = "Wanda",
        Paper = "A Simple and Effective Pruning Approach for Large Language Models, Sun, Liu, Bair, Kolter 2023",
        Link = "https://arxiv.org/abs/2306.11695",
        Summary = "removes weights of small magnitude times input norm, row by row; one forward pass, no update of what stays",
        Family = "one-shot weights",
        Needs = StatisticsNeeds.SumOfSquares,
        Patterns = [PatternKind.Unstructured, PatternKind.NOfM, PatternKind.Block],
        OptionsType = typeof(WandaOptions),
        Create = options => new WandaMethod((WandaOptions)options),
    };

    /// <inheritdoc/>
    protected override SelectionScope DefaultScope => SelectionScope.Row;

    /// <inheritdoc/>
    public override void Require(SparsityPattern pattern, SelectionScope? scope)
    {
        if (!options.Adaptive) return;
        if (pattern.Kind != PatternKind.Unstructured)
            throw new UsageException($"adaptive rows are a choice among single weights and cannot produce {pattern}", "option 'adaptive'", "Leave the option or the pattern out");
        if (scope is not null && scope != SelectionScope.Row)
            throw new UsageException("adaptive rows compare within each row", "--scope", "Leave the scope or the option adaptive out");
    }

    /// <inheritdoc/>
    public override Matrix Score(LayerProblem problem)
    {
        var norms = problem.RequireStatistics().MeanSquares();
        Sqrt(norms, norms);
        var scores = new Matrix(problem.Weight.Rows, problem.Weight.Columns);
        for (var row = 0; row < scores.Rows; row++)
        {
            Abs(problem.Weight.Row(row), scores.Row(row));
            Multiply(scores.Row(row), norms, scores.Row(row));
        }
        return scores;
    }

    /// <inheritdoc/>
    protected override LayerSolution Select(LayerProblem problem, Matrix scores)
    {
        if (!options.Adaptive) return base.Select(problem, scores);
        Require(problem.Pattern, problem.Scope);
        var (mask, alpha) = AdaptiveSelection.Select(scores, problem.Sparsity, problem.Layer);
        return new LayerSolution(mask, [FormattableString.Invariant($"each row lost {alpha:P2} of its summed score: sparsity {mask.Sparsity:F4}, wanted {problem.Sparsity}")]);
    }
}
