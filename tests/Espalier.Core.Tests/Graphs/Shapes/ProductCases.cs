using Espalier.Tensors;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Convolutions, pools, matrix products, recurrent layers and attention.</summary>
internal static class ProductCases
{
    public static IEnumerable<OperatorCase> All(CaseSource c)
    {
        yield return Convolution(c, "Conv", c.Int(1, 3));
        yield return Convolution(c, "Conv", 2);
        yield return Transposed(c);
        yield return Pool(c, "MaxPool", c.Pick(11, 12, 22));
        yield return Pool(c, "AveragePool", c.Pick(11, 19, 22));
        yield return Pool(c, "LpPool", c.Pick(18, 22));
        yield return new OperatorCase(c.Pick("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), 13).Input(c.Axis(1, 3), 3, c.Axis(2, 6), c.Axis(2, 6));
        foreach (var product in Products(c)) yield return product;
        foreach (var recurrent in Recurrent(c)) yield return recurrent;
        foreach (var attention in Attention(c)) yield return attention;
        yield return new OperatorCase("RoiAlign", 16).Input(1, 3, c.Axis(5, 9), c.Axis(5, 9)).Input(2, 4).Input(ElementType.I64, 2).With("output_height", 3L).With("output_width", 2L);
        yield return new OperatorCase("GridSample", 20).Input(2, 3, c.Axis(3, 6), c.Axis(3, 6)).Input(2, c.Axis(3, 6), c.Axis(3, 6), 2);
    }

    private static OperatorCase Convolution(CaseSource c, string operation, int spatial)
    {
        var groups = c.Pick(1, 2);
        var kernel = c.Ints(spatial, 1, 3);
        var result = new OperatorCase(operation, c.Pick(11, 22)).Input([c.Axis(1, 3), 4, .. c.Axes(spatial, 7, 14)]).Input([6, 4 / groups, .. kernel.Select(size => (Axis)size)]);
        if (c.Coin()) result.Input(6);
        return WithWindow(c, result.With("group", (long)groups), kernel, true);
    }

    private static OperatorCase Transposed(CaseSource c)
    {
        var groups = c.Pick(1, 2);
        var kernel = c.Ints(2, 1, 4);
        var strides = c.Ints(2, 1, 3);
        var result = new OperatorCase("ConvTranspose", c.Pick(11, 22)).Input(c.Axis(1, 3), 4, c.Axis(3, 8), c.Axis(3, 8)).Input([4, 3, .. kernel.Select(size => (Axis)size)])
            .With("group", (long)groups).With("strides", strides).With("kernel_shape", kernel);
        return c.Int(0, 3) switch
        {
            0 => result.With("pads", 0, 0, 0, 0).With("output_padding", [.. strides.Select(stride => stride - 1)]).With("dilations", c.Ints(2, 2, 2)),
            1 => result.With("pads", kernel[0] - 1, 0, 0, kernel[1] - 1),
            2 => result.With("auto_pad", "VALID"),
            _ => result.With("auto_pad", kernel[0] >= strides[0] && kernel[1] >= strides[1] ? c.Pick("SAME_UPPER", "SAME_LOWER") : "VALID"),
        };
    }

    private static OperatorCase Pool(CaseSource c, string operation, int opset)
    {
        var kernel = c.Ints(2, 2, 3);
        var result = new OperatorCase(operation, opset).Input(c.Axis(1, 3), 3, c.Axis(7, 14), c.Axis(7, 14)).With("kernel_shape", kernel);
        if (operation == "MaxPool") result.Returns(2);
        var canCeil = opset >= (operation == "LpPool" ? 18 : operation == "MaxPool" ? 10 : 10) && c.Coin();
        if (canCeil) result.With("ceil_mode", 1L);
        return WithWindow(c, result, kernel, !canCeil && (operation == "MaxPool" || opset >= 19));
    }

    private static OperatorCase WithWindow(CaseSource c, OperatorCase result, long[] kernel, bool dilates)
    {
        var spatial = kernel.Length;
        result.With("strides", c.Ints(spatial, 1, 3));
        var automatic = c.Int(0, 4);
        if (automatic == 0) return result.With("auto_pad", c.Pick("SAME_UPPER", "SAME_LOWER", "VALID"));
        if (dilates) result.With("dilations", c.Ints(spatial, 1, 2));
        return automatic == 1 ? result : result.With("pads", [.. kernel.Select(size => size / 2), .. kernel.Select(size => (size - 1) / 2)]);
    }

    private static IEnumerable<OperatorCase> Products(CaseSource c)
    {
        var (m, k, n, b) = (c.Axis(1, 5), c.Axis(1, 5), c.Axis(1, 5), c.Axis(1, 3));
        yield return new OperatorCase("MatMul", 13).Input(b, m, k).Input(k, n);
        yield return new OperatorCase("MatMul", 13).Input(b, 1, m, k).Input(3, k, n);
        yield return c.Coin() ? new OperatorCase("MatMul", 13).Input(k).Input(b, k, n) : new OperatorCase("MatMul", 13).Input(b, m, k).Input(k);
        var (left, right) = (c.Int(0, 1), c.Int(0, 1));
        yield return new OperatorCase("Gemm", c.Pick(7, 11, 13)).Input(left == 0 ? [m, k] : [k, m]).Input(right == 0 ? [k, n] : [n, k]).Input(c.Pick([n], [1, n], new Axis[] { m, n })).With("transA", (long)left).With("transB", (long)right);
        yield return new OperatorCase("Einsum", 12).Input(b, m, k).Input(k, n).With("equation", c.Pick("bij,jk->bik", "...ij,jk->...ik", "bij,jk", "bij, jk -> kb"));
        yield return new OperatorCase("Einsum", 12).Input(b, m, m).With("equation", c.Pick("bii->b", "...ii->...i"));
        yield return new OperatorCase("MatMulInteger", 10).Input(ElementType.U8, b, m, k).Input(ElementType.U8, k, n);
        yield return new OperatorCase("ConvInteger", 10).Input(ElementType.U8, b, 4, c.Axis(4, 8), 6).Input(ElementType.U8, 2, 4, 3, 3);
        yield return new OperatorCase("FusedMatMul", 17, "com.microsoft").Input(left == 0 ? [b, m, k] : [b, k, m]).Input(right == 0 ? [b, k, n] : [b, n, k]).With("transA", (long)left).With("transB", (long)right);
        yield return new OperatorCase("FusedConv", 17, "com.microsoft").Input(b, 3, c.Axis(5, 9), 7).Input(4, 3, 3, 3).With("activation", "Relu");
        yield return new OperatorCase("QLinearMatMul", 10).Input(ElementType.U8, m, k).Float(1).Data(Byte(0)).Input(ElementType.U8, k, n).Float(1).Data(Byte(0)).Float(1).Data(Byte(0));
        yield return new OperatorCase("QLinearConv", 10).Input(ElementType.U8, b, 4, c.Axis(5, 9), 7).Float(1).Data(Byte(0)).Input(ElementType.U8, 2, 4, 3, 3).Float(1).Data(Byte(0)).Float(1).Data(Byte(0)).With("pads", 1, 0, 1, 1);
        yield return new OperatorCase("QGemm", 17, "com.microsoft").Input(ElementType.U8, m, 3).Float(1).Data(Byte(0)).Data(Bytes(3, 2)).Float(1).Data(Byte(0)).Absent().Float(1).Data(Byte(0));
        yield return new OperatorCase("QLinearAdd", 17, "com.microsoft").Input(ElementType.U8, m, k).Float(1).Data(Byte(0)).Input(ElementType.U8, k).Float(1).Data(Byte(0)).Float(1).Data(Byte(0));
        yield return new OperatorCase("QLinearConcat", 17, "com.microsoft").Float(1).Data(Byte(0)).Input(ElementType.U8, m, k).Float(1).Data(Byte(0)).Input(ElementType.U8, m, n).Float(1).Data(Byte(0)).With("axis", 1L);
        yield return new OperatorCase("QLinearGlobalAveragePool", 17, "com.microsoft").Input(ElementType.U8, b, 4, m, k).Float(1).Data(Byte(0)).Float(1).Data(Byte(0)).With("channels_last", 0L);
        yield return new OperatorCase("QuantizeLinear", c.Pick(10, 13, 19)).Input(m, k).Float(1).Data(Byte(0));
        yield return new OperatorCase("DequantizeLinear", c.Pick(10, 13, 19)).Input(ElementType.U8, m, k).Float(1).Data(Byte(0));
        yield return new OperatorCase("DynamicQuantizeLinear", 11).Input(m, k).Returns(3);
    }

    private static IEnumerable<OperatorCase> Recurrent(CaseSource c)
    {
        foreach (var (operation, gates) in new[] { ("LSTM", 4), ("GRU", 3), ("RNN", 1) })
        {
            var directions = c.Pick(1, 2);
            var result = new OperatorCase(operation, c.Pick(7, 14)).Input(c.Axis(1, 5), c.Axis(1, 3), 6).Input(directions, 5 * gates, 6).Input(directions, 5 * gates, 5).With("hidden_size", 5L);
            if (directions == 2) result.With("direction", "bidirectional");
            yield return result.Returns(operation == "LSTM" ? 3 : 2);
        }
    }

    private static IEnumerable<OperatorCase> Attention(CaseSource c)
    {
        var (b, queries, keys) = (c.Axis(1, 3), c.Axis(1, 5), c.Axis(1, 5));
        yield return new OperatorCase("Attention", 23).Input(b, queries, 4 * 6).Input(b, keys, 2 * 6).Input(b, keys, 2 * 8).With("q_num_heads", 4L).With("kv_num_heads", 2L);
        yield return new OperatorCase("Attention", 23).Input(b, 4, queries, 6).Input(b, 2, keys, 6).Input(b, 2, keys, 8);
        var past = c.Axis(1, 4);
        yield return new OperatorCase("Attention", 23).Input(b, 4, queries, 6).Input(b, 4, keys, 6).Input(b, 4, keys, 8).Absent().Input(b, 4, past, 6).Input(b, 4, past, 8).Returns(3);
        yield return new OperatorCase("MultiHeadAttention", 17, "com.microsoft").Input(b, queries, 12).Input(b, keys, 12).Input(b, keys, 8).With("num_heads", 2L);
        yield return new OperatorCase("Attention", 17, "com.microsoft").Input(b, queries, 8).Input(8, 24).Input(24).With("num_heads", 2L).Returns(2);
        yield return new OperatorCase("RotaryEmbedding", 23).Input(b, queries, 16).Input(b, queries, 4).Input(b, queries, 4).With("num_heads", 2L);
    }

    private static ArrayTensorData Byte(byte value) => ArrayTensorData.Create<byte>(ElementType.U8, new TensorShape(), [value]);

    private static ArrayTensorData Bytes(params long[] shape) => ArrayTensorData.Create<byte>(ElementType.U8, new TensorShape(shape), new byte[shape.Aggregate(1L, (a, b) => a * b)]);
}
