using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Elementwise arithmetic of two or more operands with ONNX (NumPy) broadcasting.</summary>
internal static class ArithmeticOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Add"] = static (in OperatorCall c) => [Into(c) switch { 0 => c[0].add_(c[1]), 1 => c[1].add_(c[0]), _ => c[0].add(Second(c)) }];
        table["Sub"] = static (in OperatorCall c) => [Into(c) == 0 ? c[0].sub_(c[1]) : c[0].sub(Second(c))];
        table["Mul"] = static (in OperatorCall c) => [Into(c) switch { 0 => c[0].mul_(c[1]), 1 => c[1].mul_(c[0]), _ => c[0].mul(Second(c)) }];
        table["Div"] = static (in OperatorCall c) => [c[0].is_floating_point() ? c[0].div(Second(c)) : c[0].div(Second(c), RoundingMode.trunc)];
        table["Pow"] = static (in OperatorCall c) => [Power(c)];
        table["Mod"] = static (in OperatorCall c) => [c.Attributes.Int("fmod", 0) != 0 ? c[0].fmod(c[1]) : c[0].remainder(c[1])];
        table["Max"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.maximum(b))];
        table["Min"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.minimum(b))];
        table["Sum"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.add(b))];
        table["Mean"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.add(b)).div(c.Inputs.Length)];
    }

    /// <summary>
    /// The second operand, made ready for broadcasting. Before operator set 7 its axes were those of the first operand from <c>axis</c> on;
    /// without that attribute, the last ones.
    /// </summary>
    public static Tensor Second(in OperatorCall call)
    {
        if (call.Node.OpsetVersion >= 7 || !call.Attributes.Contains("axis")) return call[1];
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), call[0].dim());
        var behind = call[0].dim() - axis - call[1].dim();
        return behind <= 0 ? call[1] : call[1].reshape([.. call[1].shape, .. Enumerable.Repeat(1L, (int)behind)]);
    }

    /// <summary>The operand whose memory may take the result: not needed any more, and of the result's shape and type. -1 for none.</summary>
    private static int Into(in OperatorCall call)
    {
        if (call[0].dtype != call[1].dtype || !call[0].shape.AsSpan().SequenceEqual(call[1].shape)) return -1;
        return call.MayOverwrite(0) ? 0 : call.MayOverwrite(1) ? 1 : -1;
    }

    private static Tensor Fold(in OperatorCall call, Func<Tensor, Tensor, Tensor> combine)
    {
        var result = call[0].alias();
        for (var i = 1; i < call.Inputs.Length; i++) result = combine(result, call[i]);
        return result;
    }

    /// <summary>The result has the type of the base. A single constant exponent is a scalar to libtorch, which knows squares and roots.</summary>
    private static Tensor Power(in OperatorCall call)
    {
        var (x, exponent) = (call[0], Second(call));
        if (!x.is_floating_point())
        {
            // A float exponent makes a float result, rounded towards zero.
            return exponent.is_floating_point() ? x.to(ScalarType.Float64).pow(exponent.to(ScalarType.Float64)).to(x.dtype) : x.pow(exponent).to(x.dtype);
        }
        if (exponent.numel() == 1 && exponent.dim() <= x.dim() && !exponent.requires_grad) return x.pow(exponent.to(ScalarType.Float64).cpu().item<double>());
        return x.pow(exponent.to(x.dtype));
    }
}
