using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Methods.Magnitude;

/// <summary>
/// Removes the weights of smallest absolute value. Per layer by default, with the official comparison <c>|w| &lt;= sorted[floor(n s)]</c>,
/// which removes one weight more than the fraction and all ties; exactly the fraction when compared per row.
/// </summary>
public sealed class MagnitudeMethod : ScoringMethod
{
    /// <summary>Entry of the registry.</summary>
    public static MethodDescriptor Descriptor { get; } = new()
    {
        Id = "magnitude",
        Title = "Magnitude pruning",
        Paper = "Han, Pool, Tran, Dally 2015; as the baseline of Sun et al. 2023",
        Link = "https://arxiv.org/abs/1506.02626",
        Summary = "removes the smallest weights of each layer; needs no data",
        Family = "one-shot weights",
        Needs = StatisticsNeeds.None,
        Patterns = [PatternKind.Unstructured, PatternKind.NOfM, PatternKind.Block],
        OptionsType = typeof(MagnitudeOptions),
        Create = _ => new MagnitudeMethod(),
    };

    /// <inheritdoc/>
    protected override SelectionScope DefaultScope => SelectionScope.Layer;

    /// <inheritdoc/>
    protected override SelectionRule Rule(SelectionScope scope) =>
        scope.Kind == ScopeKind.Layer ? SelectionRule.InclusiveThreshold : SelectionRule.ExactCount;

    /// <inheritdoc/>
    public override Matrix Score(LayerProblem problem)
    {
        var scores = new Matrix(problem.Weight.Rows, problem.Weight.Columns);
        for (var row = 0; row < scores.Rows; row++) System.Numerics.Tensors.TensorPrimitives.Abs(problem.Weight.Row(row), scores.Row(row));
        return scores;
    }
}
