using static TorchSharp.torch;

namespace Espalier.Torch.Calibration;

/// <summary>Mean absolute values per channel of some values of a graph, over batches of any sizes.</summary>
/// <param name="axes">Axis of the channels by value.</param>
internal sealed class ActivationSums(IReadOnlyDictionary<string, int> axes)
{
    private readonly Dictionary<string, double[]> _sums = new(StringComparer.Ordinal);
    private long _images;

    /// <summary>Adds a batch.</summary>
    public void Add(Func<string, Tensor> value, int images)
    {
        using var guard = no_grad();
        foreach (var (name, axis) in axes)
        {
            using var scope = NewDisposeScope();
            var tensor = value(name).detach();
            if (axis < -tensor.dim() || axis >= tensor.dim()) throw new UsageException($"the axis {axis} is none of the {tensor.dim()} of the value", $"value '{name}'", "Name the axis of its channels");
            var channels = (axis + tensor.dim()) % tensor.dim();
            long[] others = [.. Enumerable.Range(0, (int)tensor.dim()).Where(other => other != channels).Select(other => (long)other)];
            var own = tensor.abs().to(ScalarType.Float64).mean(others).mul(images).cpu().data<double>().ToArray();
            _sums[name] = _sums.TryGetValue(name, out var sum) ? [.. sum.Zip(own, (a, b) => a + b)] : own;
        }
        _images += images;
    }

    /// <summary>The means.</summary>
    public IReadOnlyDictionary<string, float[]> ToArrays() => _sums.ToDictionary(pair => pair.Key, pair => Array.ConvertAll(pair.Value, sum => (float)(sum / _images)));
}
