using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>What an operator sees of one execution: its node and the tensors that enter.</summary>
/// <param name="Node">The node.</param>
/// <param name="Inputs">Tensors in ONNX order, null where an optional input is left out. Not owned by the operator.</param>
/// <param name="Device">Device of the model.</param>
/// <param name="Overwritable">Bit i is set if nobody needs input i afterwards: its memory may hold the result.</param>
/// <param name="RunBody">Runs a body of the node: given its inputs, its outputs, which belong to the dispose scope around the call.</param>
/// <param name="BatchStatistics">Batch normalisation uses the statistics of the batch and reports them here; null: it uses the stored ones.</param>
internal readonly record struct OperatorCall(
    Node Node, Tensor?[] Inputs, Device Device, int Overwritable, Func<Graph, Tensor[], Tensor[]> RunBody, IBatchStatistics? BatchStatistics = null)
{
    /// <summary>True if the memory of input i may hold a result of the same shape.</summary>
    public bool MayOverwrite(int index) => (Overwritable & (1 << index)) != 0 && !is_grad_enabled();

    /// <summary>True if kernels of our own may work on the memory of a tensor: no gradient is asked for, 32-bit floats on the CPU.</summary>
    public static bool IsPlain(Tensor tensor) => !is_grad_enabled() && tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous();

    /// <summary>An input that must be present.</summary>
    public Tensor this[int index] => Optional(index) ?? throw new EspalierException($"{Node.OpType} needs input {index}, which is missing", $"node '{Node.Name}'");

    /// <summary>Attributes of the node.</summary>
    public NodeAttributes Attributes => Node.Attributes;

    /// <summary>A body of the node.</summary>
    public Graph Body(string name) => Attributes.FirstOrDefault(pair => pair.Key == name).Value as Graph ?? throw new EspalierException($"{Node.OpType} has no {name}", $"node '{Node.Name}'");

    /// <summary>An input that may be left out.</summary>
    public Tensor? Optional(int index) => index < Inputs.Length ? Inputs[index] : null;

    /// <summary>Integers of a small one-dimensional input such as axes or a shape.</summary>
    public long[] Integers(int index)
    {
        using var flat = this[index].to(ScalarType.Int64).cpu().reshape(-1);
        return flat.data<long>().ToArray();
    }

    /// <summary>The refusal of something that ONNX defines and this executor does not compute.</summary>
    public EspalierException Unsupported(string what) => new($"{Node.OpType} with {what} cannot be executed", $"node '{Node.Name}'");
}
