using System.Diagnostics;
using System.Numerics.Tensors;
using Espalier.Graphs;
using Espalier.Numerics;
using Espalier.Reports;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Torch.Calibration;

namespace Espalier.Methods.Runs;

/// <summary>Prunes one layer with the plan's method, rounds the result to the output's type and describes what happened.</summary>
internal sealed class LayerPruner(PrunePlan plan, KernelSettings kernels)
{
    /// <summary>A layer on its way: its weight, and the energy of its outputs while the Hessian is still whole.</summary>
    /// <param name="Layer">The layer.</param>
    /// <param name="Weight">Its dense weight.</param>
    /// <param name="Energy">tr(W H W^T) if there is a Hessian.</param>
    internal sealed record Prepared(LinearLayer Layer, Matrix Weight, double? Energy);

    /// <summary>Reads the weight and measures what a solver will consume.</summary>
    public Prepared Prepare(LinearLayer layer, LayerStatistics? statistics)
    {
        var weight = WeightMatrix.Read(layer);
        return new Prepared(layer, weight, statistics is { HasGram: true } ? OutputEnergy.WithHessian(weight, statistics.Hessian(), kernels) : null);
    }

    /// <summary>Prunes the layer; the prepared weight is overwritten.</summary>
    public (TensorData Weight, Mask Mask, LayerReport Report) Prune(Prepared prepared, LayerStatistics? statistics, CancellationToken cancellation)
    {
        var (layer, weight, energy) = prepared;
        var watch = Stopwatch.StartNew();
        using var dense = weight.Clone();
        var limit = weight.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<float>(weight.AsSpan()));
        var zerosBefore = Zeros(weight);
        var histogramBefore = Histogram.Count(weight.AsSpan(), limit, skipZeros: false);
        var solution = plan.Method.Prune(new LayerProblem
        {
            Layer = layer.Name,
            Weight = weight,
            Statistics = statistics,
            Sparsity = plan.Sparsity,
            Pattern = plan.Pattern,
            Scope = plan.Scope,
            Kernels = kernels,
            Cancellation = cancellation,
        });
        var data = WeightMatrix.Round(weight, layer, OutputTypes.Of(plan.Recipe.OutputType, layer.Weight));
        var seconds = watch.Elapsed.TotalSeconds;
        var layerReport = new LayerReport
        {
            Name = layer.Name,
            Parameter = layer.Weight.Name,
            Rows = weight.Rows,
            Columns = weight.Columns,
            Kept = solution.Mask.Kept,
            Zeros = Zeros(weight),
            ZerosBefore = zerosBefore,
            RelativeError = RelativeError(dense, weight, energy, solution, statistics),
            HistogramLimit = limit,
            HistogramBefore = histogramBefore,
            HistogramAfter = Histogram.Count(weight.AsSpan(), limit, skipZeros: true),
            SolveSeconds = seconds,
            Remarks = solution.Remarks,
        };
        return (data, solution.Mask, layerReport);
    }

    /// <summary>Exact over all calibration inputs where the solver tells its loss, else over the probe of the inputs.</summary>
    private double? RelativeError(Matrix dense, Matrix pruned, double? energy, LayerSolution solution, LayerStatistics? statistics)
    {
        if (statistics is null) return null;
        if (energy is > 0 && solution.SquaredError is { } squared) return Math.Sqrt(Math.Max(0, squared) / energy.Value);
        using var difference = new Matrix(dense.Rows, dense.Columns);
        TensorPrimitives.Subtract(dense.AsSpan(), pruned.AsSpan(), difference.AsSpan());
        var whole = OutputEnergy.WithInputs(dense, statistics.Probe, statistics.ProbeLength, kernels);
        return whole > 0 ? Math.Sqrt(OutputEnergy.WithInputs(difference, statistics.Probe, statistics.ProbeLength, kernels) / whole) : null;
    }

    private static long Zeros(Matrix weight)
    {
        var zeros = 0L;
        foreach (var value in weight.AsSpan())
        {
            if (value == 0) zeros++;
        }
        return zeros;
    }
}
