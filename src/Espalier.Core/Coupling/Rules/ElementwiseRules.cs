namespace Espalier.Coupling.Rules;

/// <summary>Operators that compute each element from the elements at the same place: all axes pass, broadcasting included.</summary>
internal static class ElementwiseRules
{
    private static readonly string[] Unary =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "Dropout", "Elu", "Erf",
        "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round",
        "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu",
        "com.microsoft.Gelu", "com.microsoft.QuickGelu", "com.microsoft.FastGelu",
    ];

    private static readonly string[] Broadcasting =
    [
        "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min",
        "Mod", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum", "Where", "Xor", "com.microsoft.BiasGelu",
    ];

    public static void Register(Dictionary<string, CouplingRule> table)
    {
        foreach (var name in Unary) table[name] = Same;
        foreach (var name in Broadcasting) table[name] = Joint;
        foreach (var name in (string[])["Softmax", "LogSoftmax", "Hardmax"]) table[name] = Softmax;
        table["Trilu"] = Trilu;
        table["CumSum"] = CumSum;
    }

    private static void Same(CouplingContext c)
    {
        for (var i = 0; i < c.Node.Outputs.Count; i++) c.Out(i, c.In(0));
    }

    private static void Joint(CouplingContext c)
    {
        var terms = c.In(0);
        for (var i = 1; i < c.Node.Inputs.Count; i++)
        {
            if (c.Has(i)) terms = c.Broadcast(terms, Aligned(c, terms.Count, i));
        }
        c.Out(0, terms);
    }

    /// <summary>Before version 7 the second operand of an operation starts at a stated axis.</summary>
    private static IReadOnlyList<DimensionTerm> Aligned(CouplingContext c, int rank, int input)
    {
        var terms = c.In(input);
        if (c.Node.OpsetVersion >= 7 || c.Node.Domain.Length > 0 || c.Attributes.Int("broadcast", 0) == 0) return terms;
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", rank - terms.Count), rank);
        return [.. terms, .. Enumerable.Repeat(DimensionTerm.One, Math.Max(0, rank - axis - terms.Count))];
    }

    /// <summary>Exponentials are shared along the axis; before version 13 along all axes from it on.</summary>
    private static void Softmax(CouplingContext c)
    {
        var terms = c.In(0);
        var old = c.Node.OpsetVersion < 13;
        var axis = CouplingContext.Axis(c.Attributes.Int("axis", old ? 1 : -1), terms.Count);
        for (var i = axis; i < (old ? terms.Count : axis + 1); i++) c.Freeze(terms[i], "all entries along it share one sum");
        c.Out(0, terms);
    }

    private static void Trilu(CouplingContext c)
    {
        var terms = c.In(0);
        foreach (var term in terms.TakeLast(2)) c.Freeze(term, "a triangle is cut out of it");
        c.Out(0, terms);
    }

    private static void CumSum(CouplingContext c)
    {
        var terms = c.In(0);
        if (c.Known(1) is [var axis]) c.Freeze(terms[CouplingContext.Axis(axis, terms.Count)], "a running sum goes along it");
        else c.FreezeInput(0, "a running sum goes along an unknown axis");
        c.Out(0, terms);
    }
}
