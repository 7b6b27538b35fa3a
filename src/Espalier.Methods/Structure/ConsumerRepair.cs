using Espalier.Coupling;
using Espalier.Graphs;
using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Methods.Structure;

/// <summary>
/// Refits the consumers of removed channels by linear least squares, from input to output, each on activations that come out of everything
/// repaired before it. No labels and no training. Sources: LIAR (arXiv 2407.13331), OBSPA (arXiv 2403.18955), channel pruning
/// (arXiv 1707.06168).
/// </summary>
public sealed class ConsumerRepair
{
    private readonly Graph _dense;
    private readonly CouplingMap _map;
    private readonly RepairOptions _options;
    private readonly ILookup<Value, Node> _readers;
    private readonly Dictionary<(Parameter, int), HashSet<int>> _removed = [];

    /// <summary>Prepares a repair.</summary>
    /// <param name="dense">The model before the cut, which gives dense targets; values have the names of the other graph.</param>
    /// <param name="map">Couplings of the graph whose parameters are changed: a copy of the model.</param>
    /// <param name="removals">Units that go.</param>
    /// <param name="options">How to repair.</param>
    public ConsumerRepair(Graph dense, CouplingMap map, IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals, RepairOptions options)
    {
        _dense = dense;
        _map = map;
        _options = options;
        _readers = map.Graph.Nodes.SelectMany(node => node.Inputs.OfType<Value>().Distinct().Select(value => (value, node))).ToLookup(pair => pair.value, pair => pair.node);
        foreach (var (group, units) in removals)
        {
            var gone = units.ToHashSet();
            foreach (var member in group.Members.Where(member => member.Role == MemberRole.Input))
            {
                if (!_removed.TryGetValue((member.Parameter, member.Axis), out var indices)) _removed.Add((member.Parameter, member.Axis), indices = []);
                indices.UnionWith(Enumerable.Range(0, member.Units.Count).Where(i => gone.Contains(member.Units[i])));
            }
        }
    }

    /// <summary>Sets the removed columns of all consumers to zero and refits the others.</summary>
    /// <param name="inputs">Calibration inputs.</param>
    /// <param name="progress">Told the share of consumers done.</param>
    /// <param name="cancellation">Stops between consumers.</param>
    public IReadOnlyList<RepairRecord> Run(CalibrationInputs inputs, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var consumers = _map.Contractions.Where(contraction => _removed.ContainsKey((contraction.Weight, contraction.WeightAxis)))
            .GroupBy(contraction => (contraction.Weight, contraction.WeightAxis)).Select(uses => uses.ToArray()).ToArray();
        foreach (var uses in consumers) Zero(uses[0]);
        var records = new List<RepairRecord>();
        foreach (var uses in consumers)
        {
            cancellation.ThrowIfCancellationRequested();
            records.Add(Repair(uses, inputs));
            progress?.Report(records.Count / (double)consumers.Length);
        }
        return records;
    }

    private RepairRecord Repair(Contraction[] uses, CalibrationInputs inputs)
    {
        var first = uses[0];
        var removed = _removed[(first.Weight, first.WeightAxis)];
        var channels = checked((int)first.Weight.Shape[first.WeightAxis]);
        var kept = Enumerable.Range(0, channels).Where(channel => !removed.Contains(channel)).ToArray();
        if (_options.Variant == RepairVariant.None || kept.Length == 0) return new RepairRecord(first.Weight.Name, kept.Length, channels, null, []);
        if (uses.Select(PatchRows.Obstacle).FirstOrDefault(obstacle => obstacle is not null) is { } obstacle) return new RepairRecord(first.Weight.Name, kept.Length, channels, null, [obstacle]);
        var layout = new WeightLayout(first);
        // The target is the dense model's; of this model only the part that stays is known.
        var original = layout.Read(_dense.Parameters[first.Weight.Name].Data);
        var bias = BiasPlace.Find(uses, _readers);
        var settings = new RepairSettings
        {
            Variant = _options.Variant,
            Target = _options.DenseTarget ? RepairTarget.Recorded : RepairTarget.Local,
            RepairBias = bias is not null,
            Damping = _options.Damping,
        };
        var taps = layout.Taps;
        var moments = new Moments(channels * taps, _options.DenseTarget ? original.Rows : 0);
        foreach (var use in uses) Collect(use, BiasPlace.Output(use, bias, _readers), inputs, moments);
        var denseBias = bias is null ? [] : _dense.Parameters.TryGetValue(bias.Name, out var own) ? own.Data.ToSingles().Select(value => (double)value).ToArray() : new double[original.Rows];
        var result = LinearRepair.Repair(moments, FeatureSet.Expand(kept, taps), original, denseBias, settings, first.Weight.Name);
        if (settings.Variant != RepairVariant.BiasOnly && result.Errors.Repaired > result.Errors.None)
            return new RepairRecord(first.Weight.Name, kept.Length, channels, result.Errors, ["the repair would be worse than plain removal and was left out"]);
        var full = new DoubleMatrix(original.Rows, original.Columns);
        var columns = FeatureSet.Expand(kept, taps);
        for (var row = 0; row < full.Rows; row++)
        {
            for (var i = 0; i < columns.Length; i++) full[row, columns[i]] = result.Weight[row, i];
        }
        first.Weight.Replace(layout.Write(full));
        if (bias is not null && result.Bias is { } repairedBias) bias.Replace(ArrayTensorData.FromSingles(bias.Shape, [.. repairedBias.Select(value => (float)value)]));
        return new RepairRecord(first.Weight.Name, kept.Length, channels, result.Errors, result.Messages);
    }

    /// <summary>Adds the rows of one use of the weight.</summary>
    private void Collect(Contraction use, Value output, CalibrationInputs inputs, Moments moments)
    {
        var rows = new PatchRows(use, _options.Positions, _options.Seed);
        var sum = _options is { DenseTarget: true, ResidualTarget: true } ? SumPoint.Find(output, _readers) : null;
        Value[] wanted = sum is null ? [use.Activation] : [use.Activation, sum.Shortcut];
        var plan = ExecutionPlan.Create(_map.Graph, _map.Graph.Inputs, wanted);
        Value[] denseWanted = !_options.DenseTarget ? [] : sum is null ? [_dense.Values[output.Name]] : [_dense.Values[output.Name], _dense.Values[sum.Shortcut.Name]];
        var densePlan = ExecutionPlan.Create(_dense, _dense.Inputs, denseWanted);
        using var studentParameters = new ParameterCache(CPU);
        using var denseParameters = new ParameterCache(CPU);
        var (student, dense) = (new GraphExecutor(studentParameters), new GraphExecutor(denseParameters));
        var batch = 0;
        foreach (var (feeds, denseFeeds) in inputs.For(_map.Graph).Zip(inputs.For(_dense)))
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            // What the executor returns belongs to no scope.
            var now = student.Run(plan, feeds);
            scope.Attach(now);
            var x = rows.Inputs(now[0], batch);
            if (!_options.DenseTarget)
            {
                moments.Add(TensorSpan.Of(x));
            }
            else
            {
                var then = dense.Run(densePlan, denseFeeds);
                scope.Attach(then);
                var target = then[0];
                if (sum is not null)
                {
                    var correction = then[1] - now[1];
                    if (sum.Scale is not null) correction = correction * Channelwise(sum, correction);
                    target = target + correction;
                }
                moments.Add(TensorSpan.Of(x), TensorSpan.Of(rows.Outputs(target, batch)));
            }
            batch++;
        }
    }

    private static Tensor Channelwise(SumPoint sum, Tensor like)
    {
        var inverse = Enumerable.Range(0, sum.Scale!.Length).Select(sum.InverseScale).ToArray();
        return tensor(inverse).reshape([1, inverse.Length, .. Enumerable.Repeat(1L, (int)like.dim() - 2)]);
    }

    private void Zero(Contraction use)
    {
        var weight = use.Weight;
        if (weight.Data.ElementType != ElementType.F32) return;
        var values = weight.Data.ToSingles();
        var inner = weight.Shape.AsSpan()[(use.WeightAxis + 1)..].ToArray().Aggregate(1L, (a, b) => a * b);
        var size = weight.Shape[use.WeightAxis];
        var outer = weight.Shape.ElementCount / Math.Max(1, inner * size);
        foreach (var index in _removed[(weight, use.WeightAxis)])
        {
            for (var o = 0L; o < outer; o++) values.AsSpan((int)(((o * size) + index) * inner), (int)inner).Clear();
        }
        weight.Replace(ArrayTensorData.FromSingles(weight.Shape, values));
    }
}
