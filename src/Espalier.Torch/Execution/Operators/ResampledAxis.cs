using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>
/// One axis of a resampling: every new position is a weighted sum of old ones. Nearest neighbours, linear and cubic interpolation, with and without
/// antialiasing, are separable, so a resampling is one such sum per axis, and differentiable because it only gathers, multiplies and adds.
/// </summary>
internal sealed class ResampledAxis
{
    // Tap t of output o reads input _indices[t][o] with weight _weights[t][o].
    private readonly List<long[]> _indices = [];
    private readonly List<float[]> _weights = [];

    private ResampledAxis(long input, long output)
    {
        Input = input;
        Outside = new bool[output];
    }

    /// <summary>Size before.</summary>
    public long Input { get; }

    /// <summary>Positions that lie outside the input; only tf_crop_and_resize treats them differently.</summary>
    public bool[] Outside { get; }

    /// <summary>Makes the taps of an axis.</summary>
    /// <param name="method">Interpolation.</param>
    /// <param name="coordinates">Where each new position lies on the old axis.</param>
    /// <param name="input">Size before.</param>
    /// <param name="scale">Size after by size before.</param>
    public static ResampledAxis Create(ResampleMethod method, float[] coordinates, long input, float scale)
    {
        var axis = new ResampledAxis(input, coordinates.Length);
        var stretch = method.Antialias && scale < 1 ? 1 / scale : 1f;
        for (var o = 0; o < coordinates.Length; o++)
        {
            var x = coordinates[o];
            axis.Outside[o] = x < 0 || x > input - 1;
            if (method.Nearest is { } round)
            {
                axis.Set(0, o, Math.Clamp(round(x, scale < 1), 0, input - 1), 1);
                continue;
            }
            axis.Interpolate(method, o, x, stretch);
        }
        return axis;
    }

    /// <summary>Taps within the reach of the kernel, their weights scaled to the sum one. Outside positions repeat the edge or are left out.</summary>
    private void Interpolate(ResampleMethod method, int output, float x, float stretch)
    {
        var reach = method.Radius * stretch;
        // The number of taps must not depend on the position, so that the taps of all outputs form rectangles.
        var first = (long)Math.Floor(x - reach) + 1;
        var count = (int)Math.Ceiling(2 * reach);
        var weights = new float[count];
        var sum = 0f;
        for (var t = 0; t < count; t++)
        {
            var place = first + t;
            if (method.ExcludeOutside && (place < 0 || place >= Input)) continue;
            weights[t] = method.Weight((place - x) / stretch);
            sum += weights[t];
        }
        for (var t = 0; t < count; t++) Set(t, output, Math.Clamp(first + t, 0, Input - 1), sum == 0 ? 0 : weights[t] / sum);
    }

    private void Set(int tap, int output, long index, float weight)
    {
        while (_indices.Count <= tap)
        {
            _indices.Add(new long[Outside.Length]);
            _weights.Add(new float[Outside.Length]);
        }
        _indices[tap][output] = index;
        _weights[tap][output] = weight;
    }

    /// <summary>Resamples an axis of a tensor.</summary>
    public Tensor Apply(Tensor x, int axis)
    {
        if (IsIdentity) return x;
        if (Outside.Length == 0) return x.narrow(axis, 0, 0);
        Tensor? sum = null;
        for (var t = 0; t < _indices.Count; t++)
        {
            if (_weights[t].All(weight => weight == 0)) continue;
            var part = x.index_select(axis, tensor(_indices[t], ScalarType.Int64, x.device));
            if (_weights[t].Any(weight => weight != 1))
                part = part.mul(tensor(_weights[t], x.dtype, x.device).reshape([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 1 - axis)]));
            sum = sum is null ? part : sum.add(part);
        }
        return sum ?? x.index_select(axis, tensor(_indices[0], ScalarType.Int64, x.device)).mul(0);
    }

    private bool IsIdentity
    {
        get
        {
            if (Outside.Length != Input) return false;
            for (var t = 0; t < _indices.Count; t++)
            {
                for (var o = 0; o < Outside.Length; o++)
                {
                    if (_weights[t][o] != 0 && (_indices[t][o] != o || _weights[t][o] != 1)) return false;
                }
            }
            return true;
        }
    }
}
