using Espalier.Graphs;
using Espalier.Torch.Execution.Operators;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Computes the outputs of one node, owned by the caller. Temporaries belong to the dispose scope around the call.</summary>
internal delegate Tensor[] OperatorKernel(in OperatorCall call);

/// <summary>The operators that can be executed, by ONNX name; those of other domains with the domain in front.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, OperatorKernel> Kernels = Build();

    /// <summary>Names of the operators.</summary>
    public static IReadOnlyCollection<string> Names => Kernels.Keys;

    /// <summary>The kernel of a node.</summary>
    /// <exception cref="EspalierException">The operator is not implemented; the node is named.</exception>
    public static OperatorKernel Find(Node node) =>
        Kernels.TryGetValue(Key(node), out var kernel) ? kernel
        : throw new EspalierException($"the operator {Key(node)} cannot be executed", $"node '{node.Name}'", "Models with this operator can be inspected but not calibrated or evaluated");

    /// <summary>Name of an operator in the table: <c>Gemm</c> of the ONNX domain, <c>com.microsoft.QGemm</c> of another.</summary>
    public static string Key(Node node) => node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";

    private static Dictionary<string, OperatorKernel> Build()
    {
        var table = new Dictionary<string, OperatorKernel>(StringComparer.Ordinal);
        ArithmeticOperators.Register(table);
        UnaryOperators.Register(table);
        BitOperators.Register(table);
        ComparisonOperators.Register(table);
        ActivationOperators.Register(table);
        MatrixOperators.Register(table);
        ReductionOperators.Register(table);
        SelectionOperators.Register(table);
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
        RotaryOperators.Register(table);
        RecurrentOperators.Register(table);
        ShapeOperators.Register(table);
        SliceOperators.Register(table);
        GatherOperators.Register(table);
        ScatterOperators.Register(table);
        CreationOperators.Register(table);
        ConversionOperators.Register(table);
        DetectionOperators.Register(table);
        ControlFlowOperators.Register(table);
        return table;
    }
}
