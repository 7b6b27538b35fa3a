using System.Numerics.Tensors;
using Espalier.Graphs;
using Espalier.Sparsity;
using Espalier.Tensors;

namespace Espalier.Evaluation;

/// <summary>Checks of weights. Each returns what it counted, or throws with the first place where it fails.</summary>
internal static class WeightChecks
{
    private const int ChunkElements = 1 << 18;

    /// <summary>No parameter holds NaN or infinity.</summary>
    public static string Finite(Graph graph, CancellationToken cancellation)
    {
        var buffer = new float[ChunkElements];
        var count = 0L;
        foreach (var parameter in graph.Parameters.Values)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!parameter.Data.ElementType.IsFloat()) continue;
            for (var start = 0L; start < parameter.Data.ElementCount; start += buffer.Length)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Data.ElementCount - start));
                parameter.Data.ReadSingle(start, chunk);
                // The largest magnitude is NaN or infinite exactly when a value is.
                if (!float.IsFinite(TensorPrimitives.MaxMagnitude<float>(chunk))) throw NotFinite(parameter, start, chunk);
            }
            if (!parameter.IsConstant) count += parameter.Data.ElementCount;
        }
        return $"all {count} weights are finite";
    }

    /// <summary>Every weight that its mask prunes is exactly zero.</summary>
    public static string MasksHold(Graph graph, IReadOnlyDictionary<string, Mask> masks, CancellationToken cancellation)
    {
        if (masks.Count == 0) throw new EspalierException("it holds no masks", MaskFile.FileName);
        foreach (var (name, mask) in masks)
        {
            cancellation.ThrowIfCancellationRequested();
            var parameter = Masked(graph, name, mask);
            EachRow(parameter, (row, values) =>
            {
                var words = mask.RowWords(row);
                for (var column = 0; column < values.Length; column++)
                {
                    if ((words[column >> 6] >> (column & 63) & 1) == 0 && values[column] != 0)
                        throw new EspalierException($"the weight at row {row}, column {column} is {values[column]}, but its mask prunes it", $"tensor '{name}'", "A later step broke the mask; apply it again");
                }
            });
        }
        var total = masks.Values.Sum(mask => mask.Length);
        var pruned = total - masks.Values.Sum(mask => mask.Kept);
        return FormattableString.Invariant($"{masks.Count} masks hold: all {pruned} pruned weights of {total} ({(double)pruned / total:P2}) are exactly zero");
    }

    /// <summary>In every aligned group of M inputs at most N weights are not zero, and masks keep at most N.</summary>
    public static string PatternHolds(Graph graph, SparsityPattern pattern, IReadOnlyDictionary<string, Mask>? masks, CancellationToken cancellation)
    {
        IReadOnlyList<Parameter> layers = masks is null ? [.. LinearLayer.In(BlockPartition.Of(graph).SelectMany(block => block.Nodes)).Select(layer => layer.Weight)] : [.. masks.Select(pair => Masked(graph, pair.Key, pair.Value))];
        if (layers.Count == 0) throw new EspalierException("the model has no linear layers in its blocks", graph.Name);
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            pattern.RequireFits(checked((int)layer.Shape[0]), checked((int)layer.Shape[1]), $"tensor '{layer.Name}'");
            masks?[layer.Name].RequireNM(pattern, $"tensor '{layer.Name}'");
            EachRow(layer, (row, values) => RequirePattern(pattern, layer.Name, row, values));
        }
        return $"{pattern} holds in all {layers.Count} {(masks is null ? "linear layers of the blocks" : "masked layers")}";
    }

    private static void RequirePattern(SparsityPattern pattern, string name, int row, ReadOnlySpan<float> values)
    {
        for (var first = 0; first < values.Length; first += pattern.Group)
        {
            var present = 0;
            foreach (var value in values.Slice(first, pattern.Group)) present += value != 0 ? 1 : 0;
            if (present <= pattern.Kept) continue;
            throw new EspalierException(
                $"row {row}, group {first / pattern.Group} (columns {first} to {first + pattern.Group - 1}) has {present} weights that are not zero, {pattern} allows {pattern.Kept}",
                $"tensor '{name}'");
        }
    }

    private static Parameter Masked(Graph graph, string name, Mask mask)
    {
        if (!graph.Parameters.TryGetValue(name, out var parameter)) throw new EspalierException("the masks file has a mask for it, but the model has no such tensor", $"tensor '{name}'");
        return parameter.Shape == new TensorShape(mask.Rows, mask.Columns) ? parameter
            : throw new EspalierException($"its shape is {parameter.Shape}, but its mask is of [{mask.Rows}, {mask.Columns}]", $"tensor '{name}'");
    }

    private static void EachRow(Parameter parameter, Action<int, ReadOnlySpan<float>> check)
    {
        var values = new float[parameter.Shape[1]];
        for (var row = 0; row < parameter.Shape[0]; row++)
        {
            parameter.Data.ReadSingle((long)row * values.Length, values);
            check(row, values);
        }
    }

    private static EspalierException NotFinite(Parameter parameter, long start, ReadOnlySpan<float> chunk)
    {
        var at = 0;
        while (float.IsFinite(chunk[at])) at++;
        var sizes = parameter.Shape.AsSpan();
        var rest = start + at;
        var place = new long[sizes.Length];
        for (var axis = sizes.Length - 1; axis >= 0; axis--) (rest, place[axis]) = Math.DivRem(rest, sizes[axis]);
        return new EspalierException($"the value at [{string.Join(", ", place)}] is {(float.IsNaN(chunk[at]) ? "NaN" : "infinite")}", $"tensor '{parameter.Name}'");
    }
}
