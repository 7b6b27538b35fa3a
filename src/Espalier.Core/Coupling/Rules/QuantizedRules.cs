namespace Espalier.Coupling.Rules;

/// <summary>Quantised operators: as their float forms, and scales and zero points along an axis follow it.</summary>
internal static class QuantizedRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["QuantizeLinear"] = table["DequantizeLinear"] = Linear;
        table["DynamicQuantizeLinear"] = static c =>
        {
            c.Out(0, c.In(0));
            c.Out(1, []);
            c.Out(2, []);
        };
        table["QLinearConv"] = static c =>
        {
            ConvolutionRules.Convolve(c, 0, 3, 8);
            c.TieVector(4, c.In(3)[0]);
            c.TieVector(5, c.In(3)[0]);
        };
        table["QLinearMatMul"] = static c =>
        {
            ProductRules.Multiply(c, 0, 3);
            c.TieVector(4, c.In(3)[^1]);
            c.TieVector(5, c.In(3)[^1]);
        };
        table["com.microsoft.QGemm"] = static c =>
        {
            ProductRules.Gemm(c, 0, 3, 6);
            var outputs = c.In(3)[c.Attributes.Int("transB", 0) != 0 ? 0 : 1];
            c.TieVector(4, outputs);
            c.TieVector(5, outputs);
        };
        table["com.microsoft.QLinearAdd"] = table["com.microsoft.QLinearMul"] = static c => c.Out(0, c.Broadcast(c.In(0), c.In(3)));
        foreach (var name in (string[])["Sigmoid", "LeakyRelu", "Softmax"]) table[$"com.microsoft.QLinear{name}"] = Unary;
        table["com.microsoft.QLinearConcat"] = static c =>
            SegmentRules.Concat(c, [.. Enumerable.Range(0, (c.Node.Inputs.Count - 2) / 3).Select(i => 2 + (3 * i))]);
    }

    private static void Linear(CouplingContext c)
    {
        var x = c.In(0);
        var scale = c.In(1);
        if (scale.Count == 1 && scale[0].Size.Size != 1)
        {
            var axis = x[CouplingContext.Axis(c.Attributes.Int("axis", 1), x.Count)];
            c.TieVector(1, axis);
            c.TieVector(2, axis);
        }
        else if (scale.Count > 1)
        {
            c.FreezeInput(0, "it is quantised in blocks");
            c.FreezeInput(1, "it is quantised in blocks");
            if (c.Has(2)) c.FreezeInput(2, "it is quantised in blocks");
        }
        c.Out(0, x);
    }

    private static void Unary(CouplingContext c)
    {
        if (c.Node.OpType == "QLinearSoftmax") c.FreezeInput(0, "all entries along it share one sum");
        c.Out(0, c.In(0));
    }
}
