using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;
using Google.Protobuf;

namespace Espalier.Formats.Onnx;

/// <summary>Writes a graph as an ONNX file that ONNX Runtime runs and Netron shows.</summary>
public static class OnnxWriter
{
    /// <summary>
    /// Writes the model, and beside it <c>name.onnx.data</c> if the tensors are large. Data are streamed from their source in chunks.
    /// Both files are complete on the disk before either appears under its name; the data file is renamed first.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="path">Path of the model, usually ending in <c>.onnx</c>.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="UsageException">An option cannot be used.</exception>
    /// <exception cref="EspalierException">The folder is missing or not writable, the disk is full, or an input has no type.</exception>
    public static OnnxFiles Write(Graph graph, string path, OnnxWriteOptions? options = null)
    {
        options ??= new OnnxWriteOptions();
        Check(graph, options);
        var tensors = new StoredTensors(graph, options);
        var irVersion = OnnxVersions.IrVersion(graph.OpsetVersion);
        var model = Model(graph, options, irVersion).ToByteArray();
        var body = GraphMessage.Create(graph, options, irVersion >= OnnxVersions.NodeMetadata).ToByteArray();
        var dataPath = tensors.ExternalBytes > 0 ? path + ".data" : null;
        var dataName = Path.GetFileName(path) + ".data";
        var headers = tensors.All.Select(tensor => StoredTensors.Describe(tensor, dataName).ToByteArray()).ToArray();
        var graphBytes = body.Length + tensors.All.Select((tensor, i) => MessageFile.FieldSize(InitializerSize(tensor, headers[i]))).Sum();
        var modelBytes = model.Length + MessageFile.FieldSize(graphBytes);
        if (modelBytes > int.MaxValue)
        {
            throw new UsageException($"the model would have {modelBytes} bytes, but a protobuf message ends at 2 GB",
                nameof(options.ExternalDataThreshold), "Lower it, so that the data go to a file of their own");
        }

        using var dataFile = dataPath is null ? null : new AtomicFile(dataPath, tensors.ExternalBytes + modelBytes);
        if (dataFile is not null)
        {
            MessageFile.WriteExternal(dataFile, tensors.All);
            dataFile.Seal();
        }
        using var modelFile = new AtomicFile(path, modelBytes);
        WriteModel(new MessageFile(modelFile), path, model, graphBytes, body, tensors, headers);
        modelFile.Seal();
        dataFile?.Publish();
        modelFile.Publish();
        return new OnnxFiles(path, modelBytes, dataPath, tensors.ExternalBytes);
    }

    private static ModelProto Model(Graph graph, OnnxWriteOptions options, int irVersion)
    {
        var model = new ModelProto
        {
            IrVersion = irVersion,
            ProducerName = options.ProducerName,
            ProducerVersion = options.ProducerVersion,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = graph.OpsetVersion });
        var domains = graph.Nodes.Select(node => node.Domain).Where(domain => domain.Length > 0).Distinct().Order(StringComparer.Ordinal);
        foreach (var domain in domains)
        {
            var version = options.DomainVersions.TryGetValue(domain, out var given) ? given : graph.DomainVersions.GetValueOrDefault(domain, 1);
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        }
        model.MetadataProps.AddRange(options.Metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model;
    }

    private static void WriteModel(
        MessageFile file, string path, byte[] model, long graphBytes, byte[] body, StoredTensors tensors, byte[][] headers)
    {
        file.Append(model);
        file.AppendFieldStart(ModelProto.GraphFieldNumber, graphBytes);
        file.Append(body);
        for (var i = 0; i < headers.Length; i++)
        {
            var tensor = tensors.All[i];
            file.AppendFieldStart(GraphProto.InitializerFieldNumber, InitializerSize(tensor, headers[i]));
            file.Append(headers[i]);
            if (tensor.IsExternal || tensor.Type == ElementType.String) continue;
            file.AppendFieldStart(TensorProto.RawDataFieldNumber, tensor.Bytes);
            file.Append(tensor, path);
        }
    }

    private static long InitializerSize(StoredTensor tensor, byte[] header) =>
        header.Length + (tensor.IsExternal || tensor.Type == ElementType.String ? 0 : MessageFile.FieldSize(tensor.Bytes));

    private static void Check(Graph graph, OnnxWriteOptions options)
    {
        if (options.WeightType is not (null or ElementType.F32 or ElementType.F16 or ElementType.BF16))
        {
            throw new UsageException($"weights cannot be written as {options.WeightType}",
                nameof(options.WeightType), "Choose F32, F16 or BF16");
        }
        if (options.ExternalDataThreshold < 0)
        {
            throw new UsageException($"{options.ExternalDataThreshold} is negative",
                nameof(options.ExternalDataThreshold), "Use 0 to put all data into a file of their own");
        }
        if (graph.Inputs.FirstOrDefault(input => input.ElementType is null) is { } unknown)
        {
            throw new EspalierException("the element type of the input is not known",
                $"graph '{graph.Name}', input '{unknown.Name}'", "Set it when the input is added");
        }
    }
}
