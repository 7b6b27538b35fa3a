using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;

namespace Espalier.Formats.Onnx;

/// <summary>
/// An opened ONNX file. Large tensors stay in the mapped file, or in the mapped files of external data beside it, until they are read.
/// Model-local functions are replaced by their nodes and constants by parameters; everything else is written again as it was read.
/// Dispose to close the files; tensor data must not be used afterwards.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    /// <summary>The latest operator set that is understood.</summary>
    public const int LatestOpset = 26;

    private const int LatestIrVersion = 13;
    private const int EarliestIrVersion = 3;

    private readonly MappedFile _file;
    private readonly ExternalData _external;

    private OnnxModel(MappedFile file)
    {
        _file = file;
        _external = new ExternalData(file.Path);
        try
        {
            var message = ModelSkeleton.Parse(file);
            Check(message);
            Graph = new Graph(message.Graph.Name, (int)message.OpsetImport.First(import => IsDefault(import.Domain)).Version);
            foreach (var import in message.OpsetImport.Where(import => !IsDefault(import.Domain))) Graph.DeclareDomain(import.Domain, checked((int)import.Version));
            new GraphReader(file.Path, new TensorReader(file, _external), new FunctionInliner(message, file.Path)).Read(Graph, message.Graph);
            Graph = new SequenceLowering().Run(Graph);
            ParameterRoles.Assign(Graph);
            Producer = message.ProducerName.Length == 0 ? "unknown" : $"{message.ProducerName} {message.ProducerVersion}".TrimEnd();
            Metadata = message.MetadataProps.DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key, entry => entry.Value);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Path as given to <see cref="Open"/>.</summary>
    public string Path => _file.Path;

    /// <summary>The model.</summary>
    public Graph Graph { get; }

    /// <summary>Program that wrote the file, with its version.</summary>
    public string Producer { get; }

    /// <summary>Text metadata of the model.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The model's file and the files of external data.</summary>
    public IReadOnlyList<string> Files => [_file.Path, .. _external.Files];

    /// <summary>Options that write the model again with the types, metadata and external data that it has.</summary>
    public OnnxWriteOptions WriteOptions => new()
    {
        WeightType = null,
        Metadata = Metadata,
        ExternalDataThreshold = _external.Files.Any() ? 0 : new OnnxWriteOptions().ExternalDataThreshold,
    };

    /// <summary>Opens an ONNX file.</summary>
    /// <exception cref="EspalierException">The file is missing, damaged, hostile, or of a version that is not understood.</exception>
    public static OnnxModel Open(string path) => new(MappedFile.Open(path));

    /// <inheritdoc/>
    public void Dispose()
    {
        _external.Dispose();
        _file.Dispose();
    }

    private void Check(ModelProto message)
    {
        if (message.IrVersion is < EarliestIrVersion or > LatestIrVersion)
            throw new InvalidFileException(_file.Path, $"the file has version {message.IrVersion} of the format; versions {EarliestIrVersion} to {LatestIrVersion} are understood", remedy: "Convert it with a current exporter");
        if (message.Graph is null) throw new InvalidFileException(_file.Path, "the model has no graph");
        if (message.OpsetImport.FirstOrDefault(import => IsDefault(import.Domain)) is not { } opset)
            throw new InvalidFileException(_file.Path, "the model does not say which ONNX operator set it uses");
        if (opset.Version is < 1 or > LatestOpset)
            throw new InvalidFileException(_file.Path, $"the model uses operator set {opset.Version}; sets up to {LatestOpset} are understood", remedy: "Export it with an earlier operator set");
    }

    private static bool IsDefault(string domain) => domain is "" or "ai.onnx";
}
