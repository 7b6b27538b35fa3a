using System.Text.Json.Nodes;
using Espalier.Formats.Numpy;
using Espalier.Tensors;

namespace Espalier.Testing;

/// <summary>A model of the ONNX zoo with its probe, expected outputs and facts.</summary>
internal sealed class ZooModel
{
    private readonly string _folder;

    private ZooModel(string folder)
    {
        _folder = folder;
    }

    /// <summary>Names of all models, or none where the data are absent.</summary>
    public static IReadOnlyList<string> Names { get; } = FindNames();

    public string ModelPath => Path.Combine(_folder, "model.onnx");

    public JsonNode Facts => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "facts.json")))!;

    public IReadOnlyDictionary<string, TensorData> Probe => ReadArchive(Path.Combine(_folder, "probe.npz"));

    public IReadOnlyDictionary<string, TensorData> Expected => ReadArchive(Path.Combine(_folder, "expected.npz"));

    /// <summary>A model, or skips the running test.</summary>
    public static ZooModel Require(string name) => new(SharedData.Require("onnx-zoo", name));

    private static string[] FindNames()
    {
        var zoo = Path.GetFullPath(Path.Combine(SharedData.RepositoryRoot, "..", "shared", "data", "onnx-zoo"));
        return Directory.Exists(zoo) ? [.. Directory.GetDirectories(zoo).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)] : [];
    }

    private static Dictionary<string, TensorData> ReadArchive(string path)
    {
        using var file = NpzFile.Open(path);
        return file.Names.ToDictionary(name => name, name => (TensorData)ArrayTensorData.FromBytes(file[name].ElementType, file[name].Shape, file[name].ToBytes()));
    }
}
