using Espalier.Tensors;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Elementwise operators, normalizations and reductions.</summary>
internal static class ElementwiseCases
{
    private static readonly string[] UnaryOperators = ["Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "LogSoftmax",
        "Mish", "Neg", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softmax", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu", "Clip", "Celu", "Hardmax", "Shrink"];

    public static IEnumerable<OperatorCase> All(CaseSource c)
    {
        yield return new OperatorCase(c.Pick(UnaryOperators), 18).Input(c.Axes(c.Int(1, 4), 1, 5));
        yield return new OperatorCase(c.Pick("Gelu", "Swish"), 24).Input(c.Axes(c.Int(1, 4), 1, 5));
        yield return Broadcasting(c, c.Pick("Add", "Sub", "Mul", "Div", "Pow", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal", "Max", "Min", "PRelu"));
        var shape = c.Axes(3, 1, 4);
        yield return new OperatorCase("Where", 16).Input(ElementType.Bool, shape[0], 1, shape[2]).Input(shape).Input(shape[1], 1);
        yield return new OperatorCase(c.Pick("Sum", "Mean", "Max"), 13).Input(shape).Input(shape[2]).Input(shape[1], shape[2]);
        yield return new OperatorCase("And", 13).Input(ElementType.Bool, shape).Input(ElementType.Bool, shape[1], 1);
        yield return new OperatorCase("Not", 13).Input(ElementType.Bool, shape);
        yield return new OperatorCase("Cast", 19).Input(shape).With("to", c.Pick(7L, 6, 9, 2, 11, 10));
        yield return new OperatorCase("CastLike", 19).Input(shape).Input(ElementType.I32, 1);
        yield return new OperatorCase(c.Pick("IsNaN", "IsInf"), 20).Input(shape);
        yield return new OperatorCase("Mod", 13).Input(ElementType.I64, shape).Ints(3);
        yield return new OperatorCase("CumSum", 14).Input(shape).Int(1);
        yield return new OperatorCase("Trilu", 14).Input(shape);
        yield return new OperatorCase("Dropout", 13).Input(shape).Returns(2);
        foreach (var normalization in Normalizations(c)) yield return normalization;
        foreach (var reduction in Reductions(c)) yield return reduction;
        yield return new OperatorCase(c.Pick("Gelu", "QuickGelu", "FastGelu"), 17, "com.microsoft").Input(shape);
        yield return new OperatorCase("BiasGelu", 17, "com.microsoft").Input(shape[0], shape[1], 4).Input(4);
        yield return new OperatorCase("SkipLayerNormalization", 17, "com.microsoft").Input(shape[0], shape[1], 4).Input(shape[0], shape[1], 4).Input(4).Input(4);
    }

    private static OperatorCase Broadcasting(CaseSource c, string operation)
    {
        var shape = c.Axes(c.Int(1, 4), 1, 4);
        Axis[] other = [.. shape.Skip(c.Int(0, shape.Length - 1)).Select(axis => c.Coin() ? axis : 1)];
        var swapped = c.Coin() && operation != "PRelu";
        return new OperatorCase(operation, c.Pick(9, 13, 16)).Input(swapped ? other : shape).Input(swapped ? shape : other);
    }

    private static IEnumerable<OperatorCase> Normalizations(CaseSource c)
    {
        var x = new[] { c.Axis(1, 3), 4, c.Axis(2, 5), c.Axis(2, 5) };
        yield return new OperatorCase("BatchNormalization", c.Pick(9, 14, 15)).Input(x).Input(4).Input(4).Input(4).Input(4);
        yield return new OperatorCase("InstanceNormalization", 6).Input(x).Input(4).Input(4);
        yield return new OperatorCase("GroupNormalization", 21).Input(x).Input(4).Input(4).With("num_groups", 2L);
        yield return new OperatorCase("LRN", 13).Input(x).With("size", 3L);
        yield return new OperatorCase(c.Pick("LpNormalization", "MeanVarianceNormalization"), 13).Input(x);
        yield return new OperatorCase("LayerNormalization", 17).Input(x[0], x[2], 6, 8).Input(6, 8).Input(6, 8).With("axis", -2L).Returns(3);
        yield return new OperatorCase("RMSNormalization", 23).Input(x[0], x[2], 8).Input(8);
    }

    private static IEnumerable<OperatorCase> Reductions(CaseSource c)
    {
        var x = c.Axes(c.Int(1, 4), 1, 4);
        var operation = c.Pick("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare");
        var keeps = (long)c.Int(0, 1);
        yield return new OperatorCase(operation, 13).Input(x).With("axes", c.SomeAxes(x.Length)).With("keepdims", keeps);
        yield return new OperatorCase(operation, 18).Input(x).Ints(c.SomeAxes(x.Length)).With("keepdims", keeps);
        yield return new OperatorCase(operation, c.Pick(11, 13, 18)).Input(x).With("keepdims", keeps);
        yield return new OperatorCase("ReduceSum", 13).Input(x).With("noop_with_empty_axes", (long)c.Int(0, 1)).With("keepdims", keeps);
        yield return new OperatorCase("ReduceSum", 11).Input(x).With("axes", c.SomeAxes(x.Length));
        yield return new OperatorCase(c.Pick("ArgMax", "ArgMin"), 13).Input(x).With("axis", c.SomeAxes(x.Length)[0]).With("keepdims", keeps);
    }
}
