using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Softmax and its relatives, and dropout.</summary>
internal static class SoftmaxOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Softmax"] = static (in OperatorCall c) => [AlongAxis(c, static (x, axis) => x.softmax(axis))];
        table["LogSoftmax"] = static (in OperatorCall c) => [AlongAxis(c, static (x, axis) => x.log_softmax(axis))];
        table["Hardmax"] = static (in OperatorCall c) => [AlongAxis(c, static (x, axis) => zeros_like(x).scatter(axis, x.argmax(axis, keepdim: true), ones_like(x)))];
        table["Dropout"] = static (in OperatorCall c) => Dropout(c);
    }

    /// <summary>Along one axis since operator set 13; before, x is a matrix whose columns are all axes from <c>axis</c> (default 1) on.</summary>
    private static Tensor AlongAxis(in OperatorCall call, Func<Tensor, long, Tensor> function)
    {
        var x = call[0];
        if (call.Node.OpsetVersion >= 13) return function(x, call.Attributes.Int("axis", -1));
        var axis = call.Attributes.Int("axis", 1);
        if (axis < 0) axis += x.dim();
        var rows = x.shape[..(int)axis].Aggregate(1L, (product, size) => product * size);
        return function(x.reshape(rows, -1), 1).reshape(x.shape);
    }

    /// <summary>Inference: x itself and a mask of ones; before operator set 12, which does not define the mask of inference, of zeros as in ONNX Runtime.</summary>
    private static Tensor[] Dropout(in OperatorCall call)
    {
        var version = call.Node.OpsetVersion;
        var training = version < 7 ? call.Attributes.Int("is_test", 0) == 0 : version >= 12 && call.Optional(2) is { } mode && mode.to(ScalarType.Bool).item<bool>();
        if (training && Ratio(call) != 0) throw call.Unsupported("random zeros (training mode)");
        // The mask has the type of x before operator set 10, where it became Boolean.
        if (call.Node.Outputs.Count == 1) return [call[0].alias()];
        return [call[0].alias(), full(call[0].shape, version < 12 ? 0 : 1, version < 10 ? call[0].dtype : ScalarType.Bool, call[0].device)];
    }

    private static float Ratio(in OperatorCall call) =>
        call.Node.OpsetVersion < 12 ? call.Attributes.Float("ratio", 0.5f) : call.Optional(1) is { } ratio ? ratio.to(ScalarType.Float32).item<float>() : 0.5f;
}
