using Espalier.Graphs;
using Espalier.Torch.Execution.Operators;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Computes the outputs of one node, owned by the caller. Temporaries belong to the dispose scope around the call.</summary>
internal delegate Tensor[] OperatorKernel(in OperatorCall call);

/// <summary>The operators that can be executed, by ONNX name.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, OperatorKernel> Kernels = Build();

    /// <summary>Names of the operators.</summary>
    public static IReadOnlyCollection<string> Names => Kernels.Keys;

    /// <summary>The kernel of a node.</summary>
    /// <exception cref="EspalierException">The operator is not implemented; the node is named.</exception>
    public static OperatorKernel Find(Node node) =>
        node.Domain.Length == 0 && Kernels.TryGetValue(node.OpType, out var kernel) ? kernel
        : throw new EspalierException($"the operator {(node.Domain.Length == 0 ? node.OpType : $"{node.Domain}.{node.OpType}")} cannot be executed", $"node '{node.Name}'",
            "Models with this operator can be inspected but not calibrated or evaluated");

    private static Dictionary<string, OperatorKernel> Build()
    {
        var table = new Dictionary<string, OperatorKernel>(StringComparer.Ordinal);
        ArithmeticOperators.Register(table);
        ActivationOperators.Register(table);
        MatrixOperators.Register(table);
        NormalizationOperators.Register(table);
        ConvolutionOperators.Register(table);
        PoolingOperators.Register(table);
        ScalingOperators.Register(table);
        GemmOperators.Register(table);
        SoftmaxOperators.Register(table);
        ResizeOperators.Register(table);
        PadOperators.Register(table);
        BlockOperators.Register(table);
        SamplingOperators.Register(table);
        QuantizationOperators.Register(table);
        IntegerProductOperators.Register(table);
        MicrosoftOperators.Register(table);
        AttentionOperators.Register(table);
        ShapeOperators.Register(table);
        ComparisonOperators.Register(table);
        return table;
    }
}
