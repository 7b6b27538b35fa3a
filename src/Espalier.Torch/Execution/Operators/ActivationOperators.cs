using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Elementwise nonlinearities.</summary>
internal static class ActivationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Sigmoid"] = static (in OperatorCall c) => [c[0].sigmoid()];
        table["Tanh"] = static (in OperatorCall c) => [c[0].tanh()];
        table["Relu"] = static (in OperatorCall c) => [c[0].relu()];
        table["Swish"] = static (in OperatorCall c) => [Swish(c)];
        table["Gelu"] = static (in OperatorCall c) => [Gelu(c)];
    }

    private static Tensor Swish(in OperatorCall call)
    {
        var alpha = call.Attributes.Float("alpha", 1);
        return alpha == 1 ? nn.functional.silu(call[0], inplace: call.MayOverwrite(0)) : call[0].mul(call[0].mul(alpha).sigmoid());
    }

    private static Tensor Gelu(in OperatorCall call)
    {
        var x = call[0];
        if (call.Attributes.String("approximate", "none") != "tanh") return nn.functional.gelu(x);
        // 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
        var inner = x.pow(3).mul(0.044715f).add(x).mul((float)Math.Sqrt(2 / Math.PI));
        return inner.tanh().add(1).mul(x).mul(0.5f);
    }
}
