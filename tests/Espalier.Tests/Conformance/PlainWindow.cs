using Espalier.Graphs;

namespace Espalier.Tests.Conformance;

/// <summary>Convolutions and pools as plain loops in double precision over any number of axes, for what ONNX Runtime refuses or computes otherwise.</summary>
internal sealed class PlainWindow
{
    private readonly long[] _input;
    private readonly long[] _kernel;
    private readonly long[] _strides;
    private readonly long[] _dilations;
    private readonly long[] _begin;
    private readonly long[] _end;

    /// <summary>Geometry by the formulas of the specification; ceil_mode is not for this class.</summary>
    public PlainWindow(NodeAttributes attributes, long[] input, long[] kernel)
    {
        var ones = input.Select(_ => 1L).ToArray();
        (_input, _kernel) = (input, kernel);
        _strides = attributes.Ints("strides") ?? ones;
        _dilations = attributes.Ints("dilations") ?? ones;
        var pads = attributes.Ints("pads") ?? new long[2 * input.Length];
        (_begin, _end) = (pads[..input.Length], pads[input.Length..]);
        var auto = attributes.String("auto_pad", "NOTSET");
        Output = new long[input.Length];
        for (var i = 0; i < input.Length; i++)
        {
            var span = ((kernel[i] - 1) * _dilations[i]) + 1;
            if (auto.StartsWith("SAME", StringComparison.Ordinal))
            {
                Output[i] = (long)Math.Ceiling(input[i] / (double)_strides[i]);
                var total = Math.Max(((Output[i] - 1) * _strides[i]) + span - input[i], 0);
                _begin[i] = auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
                _end[i] = total - _begin[i];
            }
            Output[i] = ((input[i] + _begin[i] + _end[i] - span) / _strides[i]) + 1;
        }
    }

    /// <summary>Spatial sizes of the result.</summary>
    public long[] Output { get; }

    /// <summary>Convolution with groups; zero is the value of padding. Row-major data, bias null for none.</summary>
    public double[] Convolve(double[] x, double[] weight, double[]? bias, long batch, long channels, long outputs, long groups)
    {
        var (cells, inside, taps) = (Count(Output), Count(_input), Count(_kernel));
        var perGroup = channels / groups;
        var y = new double[batch * outputs * cells];
        for (var n = 0L; n < batch; n++)
        {
            for (var o = 0L; o < outputs; o++)
            {
                for (var cell = 0L; cell < cells; cell++)
                {
                    var sum = bias?[o] ?? 0;
                    foreach (var (tap, place) in Places(cell))
                    {
                        if (place < 0) continue;
                        for (var c = 0L; c < perGroup; c++)
                        {
                            var channel = (o / (outputs / groups) * perGroup) + c;
                            sum += x[(((n * channels) + channel) * inside) + place] * weight[(((o * perGroup) + c) * taps) + tap];
                        }
                    }
                    y[(((n * outputs) + o) * cells) + cell] = sum;
                }
            }
        }
        return y;
    }

    /// <summary>Pools every plane: a function of the values in the window, their places in the plane, and the number of cells of the window in the padded plane.</summary>
    public T[] Pool<T>(double[] x, Func<IReadOnlyList<(double Value, long Place)>, int, T> pool)
    {
        var (cells, inside) = (Count(Output), Count(_input));
        var y = new T[x.Length / inside * cells];
        for (var plane = 0L; plane < x.Length / inside; plane++)
        {
            for (var cell = 0L; cell < cells; cell++)
            {
                var places = Places(cell).ToArray();
                var values = places.Where(pair => pair.Place >= 0).Select(pair => (x[(plane * inside) + pair.Place], pair.Place)).ToArray();
                y[(plane * cells) + cell] = pool(values, places.Length);
            }
        }
        return y;
    }

    /// <summary>Number of a place of the plane in column-major order.</summary>
    public long ColumnMajor(long place)
    {
        var coordinates = Unravel(place, _input);
        return Enumerable.Range(0, _input.Length).Sum(i => coordinates[i] * Count(_input[..i]));
    }

    /// <summary>Product of sizes.</summary>
    public static long Count(long[] sizes) => sizes.Aggregate(1L, (product, size) => product * size);

    /// <summary>Every tap of the window of a cell, with its place in the plane, -1 in the padding.</summary>
    private IEnumerable<(long Tap, long Place)> Places(long cell)
    {
        var at = Unravel(cell, Output);
        for (var tap = 0L; tap < Count(_kernel); tap++)
        {
            var offset = Unravel(tap, _kernel);
            var place = 0L;
            for (var i = 0; i < _input.Length && place >= 0; i++)
            {
                var coordinate = (at[i] * _strides[i]) + (offset[i] * _dilations[i]) - _begin[i];
                place = coordinate < 0 || coordinate >= _input[i] ? -1 : (place * _input[i]) + coordinate;
            }
            yield return (tap, place);
        }
    }

    private static long[] Unravel(long index, long[] sizes)
    {
        var coordinates = new long[sizes.Length];
        for (var i = sizes.Length - 1; i >= 0; i--) (index, coordinates[i]) = (index / sizes[i], index % sizes[i]);
        return coordinates;
    }
}
