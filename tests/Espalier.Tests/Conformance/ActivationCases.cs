using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Nonlinearities, softmax and its relatives, dropout.</summary>
internal static class ActivationCases
{
    private static readonly CaseInput Wide = Draw.Between(-8, 8, 3, 4, 5);

    public static IEnumerable<OperatorCase> All() => [.. Plain(), .. Parametric(), .. Slopes(), .. Clips(), .. Softmaxes(), .. Dropouts()];

    private static IEnumerable<OperatorCase> Plain()
    {
        (string Name, int[] Opsets)[] plain =
        [
            ("Relu", [6, 13, 14]), ("Sigmoid", [6, 13]), ("Tanh", [6, 13]), ("Softplus", [1, 22]), ("Softsign", [1, 22]), ("Erf", [9, 13]), ("HardSwish", [14, 22]), ("Mish", [18, 22]),
        ];
        foreach (var (name, opsets) in plain)
        {
            foreach (var opset in opsets) yield return new(name, opset, Wide);
        }
        yield return new("Softplus", 22, Draw.Singles(-100, -30, -1, 0, 1, 19, 21, 100));
        yield return new("Relu", 14, Draw.Of(ElementType.I32, -9, 9, 7));
        yield return new("Relu", 14, Draw.Of(ElementType.F64, -9, 9, 7));
        yield return new("Gelu", 20, Wide);
        yield return new("Gelu", 20, Wide) { Attributes = new NodeAttributes { { "approximate", "none" } } };
        yield return new("Gelu", 20, Wide) { Attributes = new NodeAttributes { { "approximate", "tanh" } } };
    }

    private static IEnumerable<OperatorCase> Parametric()
    {
        foreach (var name in new[] { "LeakyRelu", "Elu", "Selu", "ThresholdedRelu", "Celu", "HardSigmoid" })
        {
            var opset = name switch { "ThresholdedRelu" => 10, "Celu" => 12, _ => 6 };
            foreach (var version in new[] { opset, 22 })
            {
                yield return new(name, version, Wide) { Tolerance = ToleranceClass.Sum };
                foreach (var alpha in new[] { 0.05f, 0.7f, 2.5f })
                {
                    var attributes = new NodeAttributes { { "alpha", alpha } };
                    if (name == "Selu") attributes.Add("gamma", 1.7f);
                    if (name == "HardSigmoid") attributes.Add("beta", 0.3f);
                    yield return new(name, version, Wide) { Attributes = attributes, Tolerance = ToleranceClass.Sum };
                }
            }
        }
        foreach (var type in new[] { ElementType.F32, ElementType.F64, ElementType.I32, ElementType.U8 })
        {
            foreach (var (bias, threshold) in new[] { (0f, 0.5f), (1.5f, 1.5f), (0.25f, 2f) })
            {
                yield return new("Shrink", 9, Draw.Of(type, type == ElementType.U8 ? 0 : -5, 5, 4, 5)) { Attributes = new NodeAttributes { { "bias", bias }, { "lambd", threshold } } };
            }
        }
    }

    private static IEnumerable<OperatorCase> Slopes()
    {
        foreach (var slope in new long[][] { [1], [5], [1, 5], [4, 1], [3, 4, 5], [1, 1, 1] })
        {
            foreach (var opset in new[] { 7, 9, 16 }) yield return new("PRelu", opset, Wide, Draw.Floats(slope));
        }
        yield return new("PRelu", 9, Draw.Floats(2, 3, 4, 4), Draw.Floats(3, 1, 1).Stored());
        yield return new("PRelu", 16, Draw.Floats(2, 3), Draw.Scalar(ElementType.F32, 0.2));
    }

    private static IEnumerable<OperatorCase> Clips()
    {
        foreach (var (low, high) in new (float?, float?)[] { (null, null), (-1, null), (null, 1.5f), (-1, 1.5f), (2, -2) })
        {
            var attributes = new NodeAttributes();
            if (low is { } bottom) attributes.Add("min", bottom);
            if (high is { } top) attributes.Add("max", top);
            if (low is null || high is null || low < high) yield return new("Clip", 6, Wide) { Attributes = attributes, Tolerance = ToleranceClass.Exact };
            foreach (var opset in new[] { 11, 12, 13 })
            {
                yield return new("Clip", opset, Wide, Bound(ElementType.F32, low), Bound(ElementType.F32, high)) { Tolerance = ToleranceClass.Exact };
                yield return new("Clip", opset, Wide, Bound(ElementType.F32, low)?.Stored(), Bound(ElementType.F32, high)?.Stored()) { Tolerance = ToleranceClass.Exact };
            }
            foreach (var type in new[] { ElementType.F64, ElementType.I64, ElementType.I32, ElementType.I8 })
            {
                yield return new("Clip", 13, Draw.Of(type, -5, 5, 9), Bound(type, low), Bound(type, high));
            }
        }
    }

    private static CaseInput? Bound(ElementType type, float? value) => value is { } given ? Draw.Scalar(type, given) : null;

    private static IEnumerable<OperatorCase> Softmaxes()
    {
        foreach (var name in new[] { "Softmax", "LogSoftmax", "Hardmax" })
        {
            foreach (var opset in new[] { 1, 11, 13 })
            {
                foreach (var axis in opset < 11 ? new long?[] { null, 0, 1, 2, 3 } : [null, 0, 1, 2, 3, -1, -2])
                {
                    yield return new(name, opset, Draw.Between(-4, 4, 2, 3, 4, 5))
                    {
                        Attributes = axis is { } given ? new NodeAttributes { { "axis", given } } : [],
                        Tolerance = ToleranceClass.Sum,
                    };
                }
            }
            yield return new(name, 13, Draw.Singles(1, 3, 3, 2)) { Note = "a tie" };
        }
    }

    private static IEnumerable<OperatorCase> Dropouts()
    {
        foreach (var opset in new[] { 7, 10 })
        {
            foreach (var outputs in new[] { 1, 2 })
            {
                yield return new("Dropout", opset, Wide) { Outputs = outputs, Tolerance = ToleranceClass.Exact };
                yield return new("Dropout", opset, Wide) { Attributes = new NodeAttributes { { "ratio", 0.9f } }, Outputs = outputs, Tolerance = ToleranceClass.Exact };
            }
        }
        foreach (var opset in new[] { 12, 13, 22 })
        {
            foreach (var outputs in new[] { 1, 2 })
            {
                yield return new("Dropout", opset, Wide) { Outputs = outputs, Tolerance = ToleranceClass.Exact };
                yield return new("Dropout", opset, Wide, Draw.Scalar(ElementType.F32, 0.3)) { Outputs = outputs, Tolerance = ToleranceClass.Exact };
                yield return new("Dropout", opset, Wide, Draw.Scalar(ElementType.F32, 0.3), Draw.Scalar(ElementType.Bool, 0)) { Outputs = outputs, Tolerance = ToleranceClass.Exact };
                yield return new("Dropout", opset, Wide, Draw.Scalar(ElementType.F32, 0).Stored(), Draw.Scalar(ElementType.Bool, 1).Stored()) { Outputs = outputs, Tolerance = ToleranceClass.Exact };
            }
        }
    }
}
