using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Elementwise functions of one operand: rounding, powers, exponentials, trigonometric and hyperbolic functions.</summary>
internal static class UnaryOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        void Add(string name, Func<Tensor, Tensor> function) => table[name] = (in OperatorCall c) => [function(c[0])];
        Add("Abs", static x => x.abs());
        Add("Neg", static x => x.neg());
        Add("Sign", static x => x.sign());
        Add("Floor", static x => x.floor());
        Add("Ceil", static x => x.ceil());
        // To the nearest, halves to the even neighbour, as libtorch does.
        Add("Round", static x => x.round());
        Add("Sqrt", static x => x.sqrt());
        Add("Reciprocal", static x => x.reciprocal());
        Add("Exp", static x => x.exp());
        Add("Log", static x => x.log());
        Add("Erf", static x => x.erf());
        Add("Sin", static x => x.sin());
        Add("Cos", static x => x.cos());
        Add("Tan", static x => x.tan());
        Add("Asin", static x => x.asin());
        Add("Acos", static x => x.acos());
        Add("Atan", static x => x.atan());
        Add("Sinh", static x => x.sinh());
        Add("Cosh", static x => x.cosh());
        Add("Asinh", static x => x.asinh());
        Add("Acosh", static x => x.acosh());
        Add("Atanh", static x => x.atanh());
    }
}
