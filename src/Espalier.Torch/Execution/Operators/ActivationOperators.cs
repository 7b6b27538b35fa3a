using TorchSharp;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Elementwise nonlinearities.</summary>
internal static class ActivationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Sigmoid"] = static (in OperatorCall c) => [c.MayOverwrite(0) ? c[0].sigmoid_() : c[0].sigmoid()];
        table["Tanh"] = static (in OperatorCall c) => [c.MayOverwrite(0) ? c[0].tanh_() : c[0].tanh()];
        table["Relu"] = static (in OperatorCall c) => [c.MayOverwrite(0) ? c[0].relu_() : c[0].relu()];
        table["LeakyRelu"] = static (in OperatorCall c) => [LeakyRelu(c, c[0])];
        table["PRelu"] = static (in OperatorCall c) => [PRelu(c)];
        table["ThresholdedRelu"] = static (in OperatorCall c) => [c[0].mul(c[0].gt(c.Attributes.Float("alpha", 1)))];
        table["Elu"] = static (in OperatorCall c) => [c[0].elu((double)c.Attributes.Float("alpha", 1))];
        table["Selu"] = static (in OperatorCall c) => [Selu(c)];
        table["Celu"] = static (in OperatorCall c) => [Celu(c)];
        table["Swish"] = static (in OperatorCall c) => [Swish(c)];
        table["Gelu"] = static (in OperatorCall c) => [Gelu(c)];
        table["Mish"] = static (in OperatorCall c) => [nn.functional.mish(c[0])];
        table["Erf"] = static (in OperatorCall c) => [c[0].erf()];
        table["Softplus"] = static (in OperatorCall c) => [nn.functional.softplus(c[0])];
        table["Softsign"] = static (in OperatorCall c) => [nn.functional.softsign(c[0])];
        table["HardSigmoid"] = static (in OperatorCall c) => [HardSigmoid(c[0], c.Attributes.Float("alpha", 0.2f), c.Attributes.Float("beta", 0.5f))];
        table["HardSwish"] = static (in OperatorCall c) => [nn.functional.hardswish(c[0])];
        table["Shrink"] = static (in OperatorCall c) => [Shrink(c)];
        table["Clip"] = static (in OperatorCall c) => [Clip(c)];
    }

    /// <summary>x, or alpha x below zero.</summary>
    public static Tensor LeakyRelu(in OperatorCall call, Tensor x) => nn.functional.leaky_relu(x, call.Attributes.Float("alpha", 0.01f));

    /// <summary>x, or slope x below zero. The slope is broadcast to x; before operator set 7 a list of slopes belongs to the channels.</summary>
    private static Tensor PRelu(in OperatorCall call)
    {
        var (x, slope) = (call[0], call[1]);
        if (call.Node.OpsetVersion < 7 && slope.dim() == 1 && slope.numel() > 1) slope = slope.reshape([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);
        return where(x.lt(0), x.mul(slope), x);
    }

    /// <summary>gamma (alpha exp(x) - alpha) below zero, gamma x above. Operator set 1 has shorter constants.</summary>
    private static Tensor Selu(in OperatorCall call)
    {
        var first = call.Node.OpsetVersion < 6;
        return call[0].elu(call.Attributes.Float("alpha", first ? 1.6732f : 1.67326319f), call.Attributes.Float("gamma", first ? 1.0507f : 1.05070102f), 1f);
    }

    /// <summary>max(0, x) + min(0, alpha (exp(x / alpha) - 1)).</summary>
    private static Tensor Celu(in OperatorCall call)
    {
        var alpha = call.Attributes.Float("alpha", 1);
        return call[0].elu(alpha, 1f, 1 / alpha);
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

    /// <summary>alpha x + beta, kept in [0, 1].</summary>
    private static Tensor HardSigmoid(Tensor x, float alpha, float beta) => x.mul(alpha).add(beta).clamp(0, 1);

    /// <summary>x + bias below -lambd, x - bias above lambd, zero between.</summary>
    private static Tensor Shrink(in OperatorCall call)
    {
        var x = call[0];
        var (bias, threshold) = (call.Attributes.Float("bias", 0), call.Attributes.Float("lambd", 0.5f));
        var wide = x.is_floating_point() ? x : x.to(ScalarType.Float32);
        var shrunk = wide.add(bias).mul(wide.lt(-threshold)).add(wide.sub(bias).mul(wide.gt(threshold)));
        return shrunk.to(x.dtype);
    }

    /// <summary>x kept between bounds: attributes before operator set 11, optional inputs since. With crossed bounds the upper one is the result.</summary>
    private static Tensor Clip(in OperatorCall call)
    {
        var x = call[0];
        var (low, high) = call.Node.OpsetVersion < 11 ? (Bound(call, "min"), Bound(call, "max")) : (Bound(call, 1), Bound(call, 2));
        if (low is null && high is null) return call.MayOverwrite(0) ? x : x.clone();
        return call.MayOverwrite(0) ? x.clamp_(low, high) : x.clamp(low, high);
    }

    private static Scalar? Bound(in OperatorCall call, string attribute) => call.Attributes.Contains(attribute) ? (Scalar)call.Attributes.Float(attribute, 0) : null;

    private static Scalar? Bound(in OperatorCall call, int input)
    {
        if (call.Optional(input) is not { } bound) return null;
        return bound.is_floating_point() ? (Scalar)bound.to(ScalarType.Float64).item<double>() : (Scalar)bound.to(ScalarType.Int64).item<long>();
    }
}
