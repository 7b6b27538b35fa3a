using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Elementwise arithmetic with ONNX (NumPy) broadcasting.</summary>
internal static class ArithmeticOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Add"] = static (in OperatorCall c) => [Into(c) switch { 0 => c[0].add_(c[1]), 1 => c[1].add_(c[0]), _ => c[0].add(c[1]) }];
        table["Sub"] = static (in OperatorCall c) => [Into(c) == 0 ? c[0].sub_(c[1]) : c[0].sub(c[1])];
        table["Mul"] = static (in OperatorCall c) => [Into(c) switch { 0 => c[0].mul_(c[1]), 1 => c[1].mul_(c[0]), _ => c[0].mul(c[1]) }];
        table["Pow"] = static (in OperatorCall c) => [c[0].pow(c[1])];
        table["Max"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.maximum(b))];
        table["Min"] = static (in OperatorCall c) => [Fold(c, static (a, b) => a.minimum(b))];
        table["Div"] = static (in OperatorCall c) => [c[0].is_floating_point() ? c[0].div(c[1]) : c[0].div(c[1], RoundingMode.trunc)];
        table["Cos"] = static (in OperatorCall c) => [c[0].cos()];
        table["Sin"] = static (in OperatorCall c) => [c[0].sin()];
        table["ReduceMax"] = static (in OperatorCall c) => [ReduceMax(c)];
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

    private static Tensor ReduceMax(in OperatorCall call)
    {
        var keep = call.Attributes.Int("keepdims", 1) != 0;
        var axes = call.Optional(1) is null ? [] : call.Integers(1);
        if (axes.Length == 0 && call.Attributes.Int("noop_with_empty_axes", 0) != 0) return call[0].alias();
        return call[0].amax(axes.Length == 0 ? [.. Enumerable.Range(0, (int)call[0].dim()).Select(axis => (long)axis)] : axes, keep);
    }
}
