using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>What the specification demands where ONNX Runtime refuses or departs from it.</summary>
internal static class Truth
{
    /// <summary>Convolution.</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> Conv(NodeAttributes attributes) => inputs =>
    {
        var (x, w) = (inputs[0]!, inputs[1]!);
        var (shape, y) = Convolve(attributes, x, w, Doubles(x), Doubles(w), inputs[2] is { } bias ? Doubles(bias) : null);
        return [Draw.Encode(ElementType.F32, shape, y)];
    };

    /// <summary>Convolution of integers, whose zero points are inputs 2 and 3 (one or one per output).</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> ConvInteger(NodeAttributes attributes) => inputs =>
    {
        var (x, w) = (inputs[0]!, inputs[1]!);
        var (shape, y) = Convolve(attributes, x, w, Centred(x, inputs[2]!, 1), Centred(w, inputs[3]!, w.Shape[0]), null);
        return [Draw.Encode(ElementType.I32, shape, y)];
    };

    /// <summary>Quantised convolution.</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> QLinearConv(NodeAttributes attributes) => inputs =>
    {
        var (x, w) = (inputs[0]!, inputs[3]!);
        var (shape, y) = Convolve(attributes, x, w, Centred(x, inputs[2]!, 1), Centred(w, inputs[5]!, w.Shape[0]), inputs.Count > 8 && inputs[8] is { } bias ? Doubles(bias) : null);
        var scales = Doubles(inputs[4]!);
        var cells = PlainWindow.Count(shape[2..]);
        for (var i = 0L; i < y.Length; i++) y[i] *= Doubles(inputs[1]!)[0] * scales[i / cells % shape[1] % scales.Length];
        return [Quantized(shape, y, inputs[6]!, inputs[7]!)];
    };

    /// <summary>Quantised product of [..., k] and a matrix [k, columns].</summary>
    public static IReadOnlyList<TensorData> QLinearMatMul(IReadOnlyList<TensorData?> inputs)
    {
        var (depth, columns) = (inputs[3]!.Shape[0], inputs[3]!.Shape[1]);
        var a = Centred(inputs[0]!, inputs[2]!, 1);
        var (b, zeros, scales) = (Doubles(inputs[3]!), Doubles(inputs[5]!), Doubles(inputs[4]!));
        var y = new double[a.Length / depth * columns];
        for (var i = 0L; i < y.Length; i++)
        {
            var (row, column) = (i / columns, i % columns);
            for (var k = 0L; k < depth; k++) y[i] += a[(row * depth) + k] * (b[(k * columns) + column] - zeros[column % zeros.Length]);
            y[i] *= Doubles(inputs[1]!)[0] * scales[column % scales.Length];
        }
        return [Quantized([.. inputs[0]!.Shape.ToArray()[..^1], columns], y, inputs[6]!, inputs[7]!)];
    }

    /// <summary>Pools by MaxPool (with indices if wanted), AveragePool or LpPool.</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> Pool(string name, NodeAttributes attributes, int outputs) => inputs =>
    {
        var x = Doubles(inputs[0]!);
        var sizes = inputs[0]!.Shape.ToArray();
        var window = new PlainWindow(attributes, sizes[2..], attributes.Ints("kernel_shape")!);
        long[] shape = [.. sizes[..2], .. window.Output];
        var counted = attributes.Int("count_include_pad", 0) != 0;
        var p = attributes.Int("p", 2);
        var y = window.Pool(x, (values, cells) => name switch
        {
            "MaxPool" => values.Max(pair => pair.Value),
            "AveragePool" => values.Sum(pair => pair.Value) / (counted ? cells : values.Count),
            _ => Math.Pow(values.Sum(pair => Math.Pow(Math.Abs(pair.Value), p)), 1.0 / p),
        });
        if (outputs == 1) return [Draw.Encode(ElementType.F32, shape, y)];
        var columns = attributes.Int("storage_order", 0) != 0;
        var places = window.Pool(x, (values, _) => values.MaxBy(pair => pair.Value).Place);
        var plane = PlainWindow.Count(sizes[2..]);
        var cells = PlainWindow.Count(window.Output);
        var indices = places.Select((place, i) => (double)((i / cells * plane) + (columns ? window.ColumnMajor(place) : place))).ToArray();
        return [Draw.Encode(ElementType.F32, shape, y), Draw.Encode(ElementType.I64, shape, indices)];
    };

    /// <summary>Local response normalisation of [batch, channels, space...].</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> LocalResponse(NodeAttributes attributes) => inputs =>
    {
        var shape = inputs[0]!.Shape.ToArray();
        var x = Doubles(inputs[0]!);
        var plane = PlainWindow.Count(shape[2..]);
        var size = attributes.Int("size", 1);
        var y = new double[x.Length];
        for (var i = 0L; i < x.Length; i++)
        {
            var channel = i / plane % shape[1];
            var sum = 0.0;
            var last = Math.Min(shape[1] - 1, channel + (long)Math.Ceiling((size - 1) / 2.0));
            for (var c = Math.Max(0, channel - (long)Math.Floor((size - 1) / 2.0)); c <= last; c++) sum += Math.Pow(x[i + ((c - channel) * plane)], 2);
            y[i] = x[i] / Math.Pow(attributes.Float("bias", 1) + (attributes.Float("alpha", 1e-4f) / size * sum), attributes.Float("beta", 0.75f));
        }
        return [Draw.Encode(ElementType.F32, shape, y)];
    };

    /// <summary>What ONNX Runtime computes for another case of the same meaning, all of whose inputs are fed. It gets the same elements, in its own shapes.</summary>
    public static Func<IReadOnlyList<TensorData?>, IReadOnlyList<TensorData>> As(OperatorCase other) => given =>
    {
        var graph = other.Build(out _);
        var feeds = other.Inputs.Select((input, i) => (i, Data: ArrayTensorData.FromBytes(given[i]!.ElementType, new TensorShape(input!.Shape), given[i]!.ToBytes())));
        return RuntimeReference.Run(graph, feeds.ToDictionary(pair => $"in{pair.i}", pair => (TensorData)pair.Data));
    };

    /// <summary>All elements as doubles.</summary>
    private static double[] Doubles(TensorData data)
    {
        if (data.ElementType.IsFloat())
        {
            var singles = new float[data.ElementCount];
            data.ReadSingle(0, singles);
            return [.. singles.Select(value => (double)value)];
        }
        var integers = new long[data.ElementCount];
        data.ReadInt64(0, integers);
        return [.. integers.Select(value => (double)value)];
    }

    /// <summary>Values less their zero point, of which there is one or one for each of <paramref name="rows"/> equal parts.</summary>
    private static double[] Centred(TensorData data, TensorData zeroPoint, long rows)
    {
        var (values, zeros) = (Doubles(data), Doubles(zeroPoint));
        return [.. values.Select((value, i) => value - zeros[i / (values.Length / rows) % zeros.Length])];
    }

    private static (long[] Shape, double[] Values) Convolve(NodeAttributes attributes, TensorData x, TensorData w, double[] values, double[] weights, double[]? bias)
    {
        var (sizes, kernel) = (x.Shape.ToArray(), w.Shape.ToArray());
        var window = new PlainWindow(attributes, sizes[2..], kernel[2..]);
        return ([sizes[0], kernel[0], .. window.Output], window.Convolve(values, weights, bias, sizes[0], sizes[1], kernel[0], attributes.Int("group", 1)));
    }

    private static TensorData Quantized(long[] shape, double[] values, TensorData scale, TensorData zeroPoint)
    {
        var (step, zero) = (Doubles(scale)[0], Doubles(zeroPoint)[0]);
        var (low, high) = zeroPoint.ElementType == ElementType.U8 ? (0, 255) : (-128, 127);
        return Draw.Encode(zeroPoint.ElementType, shape, [.. values.Select(value => Math.Clamp(Math.Round(value / step) + zero, low, high))]);
    }
}
