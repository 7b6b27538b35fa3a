namespace Espalier.Evaluation;

/// <summary>What executes a model.</summary>
public enum BenchmarkRuntime
{
    /// <summary>ONNX Runtime on the CPU, from an ONNX file that is exported for the purpose and deleted afterwards.</summary>
    OnnxRuntime,

    /// <summary>Espalier's own executor on libtorch, on the CPU.</summary>
    Espalier,
}
