using System.Collections.ObjectModel;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>How <see cref="OnnxWriter"/> writes a graph.</summary>
public sealed record OnnxWriteOptions
{
    /// <summary>
    /// Type in which floating-point weights are stored: F32, F16 or BF16; default F32, which every runtime computes in. F16 and BF16 halve
    /// the file: each weight is widened by a Cast node before use, so the arithmetic stays F32. Null keeps the type of every parameter and
    /// value as the graph has it (for graphs that were read from ONNX files). Constants of the architecture keep their type in any case.
    /// </summary>
    public ElementType? WeightType { get; init; } = ElementType.F32;

    /// <summary>
    /// Total bytes of tensors from which they go to a second file, <c>name.onnx.data</c>; default 1.5 GB, as a protobuf message ends at 2 GB.
    /// 0 puts them there always. Tensors below 1 KiB stay in the model, where shape inference needs them.
    /// </summary>
    public long ExternalDataThreshold { get; init; } = 1_500_000_000;

    /// <summary>Name of the producing program, as the file states it.</summary>
    public string ProducerName { get; init; } = "Espalier";

    /// <summary>Version of the producing program.</summary>
    public string ProducerVersion { get; init; } = EspalierVersion.Current;

    /// <summary>Text metadata of the model.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Names of computed values that become outputs besides the graph's own, in this order.</summary>
    public IReadOnlyList<string> ExtraOutputs { get; init; } = [];

    /// <summary>Operator set versions of domains other than ONNX; 1 for a domain that is not listed.</summary>
    public IReadOnlyDictionary<string, int> DomainVersions { get; init; } = ReadOnlyDictionary<string, int>.Empty;
}
