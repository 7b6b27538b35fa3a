using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>One parameter as the file will hold it.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Type">Type in the file.</param>
/// <param name="Offset">Place in the external file, or -1 for a tensor inside the model.</param>
internal readonly record struct StoredTensor(Parameter Parameter, ElementType Type, long Offset)
{
    /// <summary>True if the data lie in the external file.</summary>
    public bool IsExternal => Offset >= 0;

    /// <summary>Size in the file.</summary>
    public long Bytes => Type.ByteCount(Parameter.Data.ElementCount);
}

/// <summary>Decides for each parameter of a graph its type and its place.</summary>
internal sealed class StoredTensors
{
    /// <summary>Tensors below this size stay in the model: shapes and scalars, which shape inference must see.</summary>
    private const int SmallestExternal = 1024;

    /// <summary>External tensors start at page boundaries, so that a runtime can map them.</summary>
    private const int Alignment = 4096;

    /// <summary>Plans the tensors of a graph.</summary>
    public StoredTensors(Graph graph, OnnxWriteOptions options)
    {
        var tensors = new List<StoredTensor>();
        foreach (var parameter in graph.Parameters.Values) tensors.Add(new(parameter, TypeOf(parameter, options.WeightType), -1));
        if (tensors.Sum(tensor => tensor.Bytes) >= options.ExternalDataThreshold)
        {
            for (var i = 0; i < tensors.Count; i++)
            {
                if (tensors[i].Bytes < SmallestExternal) continue;
                tensors[i] = tensors[i] with { Offset = (ExternalBytes + Alignment - 1) / Alignment * Alignment };
                ExternalBytes = tensors[i].Offset + tensors[i].Bytes;
            }
        }
        All = tensors;
    }

    /// <summary>All tensors in the graph's order.</summary>
    public IReadOnlyList<StoredTensor> All { get; }

    /// <summary>Size of the external file; 0 if there is none.</summary>
    public long ExternalBytes { get; }

    /// <summary>Type in which a parameter is stored: only weights follow the option.</summary>
    public static ElementType TypeOf(Parameter parameter, ElementType? weightType) =>
        weightType is { } type && !parameter.IsConstant && parameter.Data.ElementType.IsFloat() ? type : parameter.Data.ElementType;

    /// <summary>The tensor's description in the model, without its data.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="externalFile">Name of the external file, relative to the model.</param>
    public static TensorProto Describe(StoredTensor tensor, string externalFile)
    {
        var message = new TensorProto { Name = tensor.Parameter.Name, DataType = (int)OnnxTypes.ToOnnx(tensor.Type) };
        message.Dims.AddRange(tensor.Parameter.Shape.ToArray());
        if (tensor.Parameter.Data is StringTensorData text) message.StringData.AddRange(text.Items.Select(Google.Protobuf.ByteString.CopyFrom));
        if (!tensor.IsExternal) return message;
        message.DataLocation = TensorProto.Types.DataLocation.External;
        message.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = externalFile });
        message.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Invariant(tensor.Offset) });
        message.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Invariant(tensor.Bytes) });
        return message;
    }

    private static string Invariant(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
