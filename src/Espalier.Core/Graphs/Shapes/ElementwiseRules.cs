using Espalier.Formats.Onnx;
using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Operators that compute every element of the output from the elements at the same place.</summary>
internal static class ElementwiseRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Celu Clip Cos Cosh CumProd CumSum Elu Erf Exp Gelu HardSigmoid HardSwish Hardmax LeakyRelu Log LogSoftmax "
            + "Mish PRelu Relu ReverseSequence Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu", SameAsInput),
        ("Scatter ScatterElements ScatterND TensorScatter", SameAsInput),
        ("Identity Neg Not Floor Ceil Round Reciprocal", Unary),
        ("IsInf IsNaN", static s => s.Set(0, ElementType.Bool, s.Shape(0))),
        ("And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual", Logical),
        ("Add Sub Mul Div Mod Pow BitShift BitwiseAnd BitwiseOr BitwiseXor", Binary),
        ("Max Min Sum Mean", Variadic),
        ("Where", Where),
        ("Cast", static s => Cast(s, TypeOf(s.Node))),
        ("CastLike", static s => Cast(s, s.Type(1))),
        ("BitCast", static s => s.Set(0, TypeOf(s.Node), TypeOf(s.Node)?.Size() == s.Type(0)?.Size() ? s.Shape(0) : null)),
        ("Dropout", Dropout),
        ("Bernoulli", static s => s.Set(0, s.Attributes.Contains("dtype") ? Type(s.Int("dtype", 0)) : s.Type(0), s.Shape(0))),
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("BiasAdd BiasGelu BiasSoftmax FastGelu Gelu Inverse QLinearLeakyRelu QLinearSigmoid QLinearSoftmax QuickGelu Trilu", SameAsInput),
        ("BiasDropout BitmaskDropout", static s => s.Set(s.Shape(0))),
    ];

    /// <summary>The element type that ONNX numbers so; null for a number that it does not define.</summary>
    public static ElementType? Type(long number) => number is > 0 and < int.MaxValue ? OnnxTypes.FromOnnx((int)number) : null;

    private static void SameAsInput(NodeShapes s)
    {
        s.RequireInputs(1);
        s.Set(s.Shape(0));
    }

    private static void Unary(NodeShapes s)
    {
        s.Set(s.Shape(0));
        s.SetContents(0, ElementwiseContents.Unary(s.Node.OpType, s.Contents(0)));
    }

    private static void Logical(NodeShapes s)
    {
        s.Set(0, ElementType.Bool, BroadcastInputs(s, 2));
        ElementwiseContents.Set(s, 2);
    }

    private static void Binary(NodeShapes s)
    {
        s.Set(BroadcastInputs(s, 2));
        ElementwiseContents.Set(s, 2);
    }

    private static void Variadic(NodeShapes s)
    {
        s.Set(BroadcastInputs(s, s.InputCount));
        ElementwiseContents.Set(s, s.InputCount);
    }

    private static void Where(NodeShapes s)
    {
        s.Set(0, s.Type(1) ?? s.Type(2), BroadcastInputs(s, 3));
        ElementwiseContents.Set(s, 3);
    }

    private static IReadOnlyList<Dim>? BroadcastInputs(NodeShapes s, int count)
    {
        s.RequireInputs(Math.Max(count, 1));
        var result = s.Shape(0);
        // Before operator set 7 the second operand stretches to the first one only, along a stated axis.
        if (s.Version < 7 && count == 2) return result;
        for (var i = 1; i < count; i++) result = s.Broadcast(result, s.Shape(i));
        return result;
    }

    private static void Cast(NodeShapes s, ElementType? type)
    {
        s.Set(0, type, s.Shape(0));
        s.SetContents(0, ElementwiseContents.Cast(s.Contents(0), s.Type(0), type));
    }

    private static ElementType? TypeOf(Node node)
    {
        // Before operator set 6 the type was spelled out.
        if (node.OpsetVersion >= 6) return Type(node.Attributes.Int("to", 0));
        return node.Attributes.String("to", "") switch
        {
            "FLOAT" => ElementType.F32,
            "DOUBLE" => ElementType.F64,
            "FLOAT16" => ElementType.F16,
            "INT64" => ElementType.I64,
            "INT32" => ElementType.I32,
            "INT16" => ElementType.I16,
            "INT8" => ElementType.I8,
            "UINT8" => ElementType.U8,
            "UINT16" => ElementType.U16,
            "UINT32" => ElementType.U32,
            "UINT64" => ElementType.U64,
            "BOOL" => ElementType.Bool,
            "STRING" => ElementType.String,
            _ => null,
        };
    }

    private static void Dropout(NodeShapes s)
    {
        s.Set(s.Shape(0));
        s.Set(1, s.Version < 10 ? s.Type(0) : ElementType.Bool, s.Shape(0));
    }
}
