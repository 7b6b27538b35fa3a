using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;
using static System.Numerics.Tensors.TensorPrimitives;

namespace Espalier.Methods.Ria;

/// <summary>
/// Relative importance and activations: (|W_ij| / sum over the column + |W_ij| / sum over the row) * ||X_j||^a. Compared over the whole layer
/// by default, with the inclusive threshold of the official code; per row it removes exactly the fraction, as that code does. Source: equations 3 and 4 of the paper.
/// </summary>
public sealed class RiaMethod(RiaOptions options) : ScoringMethod
{
    /// <summary>Entry of the registry.</summary>
    public static MethodDescriptor Descriptor { get; } = new()
    {
        Id = "ria",
        Title = "RIA",
        Paper = "Plug-and-Play: An Efficient Post-training Pruning Method for Large Language Models, Zhang et al. 2024",
        Link = "https://openreview.net/forum?id=Tr0lPx9woF",
        Summary = "removes weights that matter little within both their row and their column, weighted by input norm",
        Family = "one-shot weights",
        Needs = StatisticsNeeds.SumOfSquares,
        Patterns = [PatternKind.Unstructured, PatternKind.NOfM, PatternKind.Block],
        OptionsType = typeof(RiaOptions),
        Create = options => new RiaMethod((RiaOptions)options),
    };

    /// <inheritdoc/>
    protected override SelectionScope DefaultScope => SelectionScope.Layer;

    /// <inheritdoc/>
    protected override SelectionRule Rule(SelectionScope scope) =>
        scope.Kind == ScopeKind.Layer ? SelectionRule.InclusiveThreshold : SelectionRule.ExactCount;

    /// <inheritdoc/>
    public override Matrix Score(LayerProblem problem)
    {
        var weight = problem.Weight;
        var scores = new Matrix(weight.Rows, weight.Columns);
        var columnSums = new float[weight.Columns];
        for (var row = 0; row < weight.Rows; row++)
        {
            Abs(weight.Row(row), scores.Row(row));
            Add(columnSums, scores.Row(row), columnSums);
        }
        var factors = problem.RequireStatistics().MeanSquares();
        for (var j = 0; j < factors.Length; j++) factors[j] = MathF.Pow(MathF.Sqrt(factors[j]), (float)options.Exponent);
        for (var row = 0; row < scores.Rows; row++)
        {
            var values = scores.Row(row);
            var rowSum = Sum<float>(values);
            // An all-zero row or column has importance 0, not 0/0.
            for (var j = 0; j < values.Length; j++)
            {
                if (values[j] != 0) values[j] = ((values[j] / columnSums[j]) + (values[j] / rowSum)) * factors[j];
            }
        }
        return scores;
    }
}
