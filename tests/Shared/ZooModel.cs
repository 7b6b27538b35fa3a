using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Espalier.Tensors;

namespace Espalier.Testing;

/// <summary>A model of the ONNX zoo with its probe, expected outputs and facts.</summary>
internal sealed partial class ZooModel
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
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => Path.GetFileNameWithoutExtension(entry.FullName), Read);
    }

    private static TensorData Read(ZipArchiveEntry entry)
    {
        using var stream = new MemoryStream();
        using (var source = entry.Open()) source.CopyTo(stream);
        var bytes = stream.ToArray();
        var length = BitConverter.ToUInt16(bytes, 8);
        var header = Encoding.Latin1.GetString(bytes, 10, length);
        var type = Descr().Match(header).Groups[1].Value switch
        {
            "<f4" => ElementType.F32,
            "<f2" => ElementType.F16,
            "<f8" => ElementType.F64,
            "<i8" => ElementType.I64,
            "<i4" => ElementType.I32,
            "|i1" => ElementType.I8,
            "|u1" => ElementType.U8,
            "|b1" => ElementType.Bool,
            var other => throw new NotSupportedException($"NumPy type {other}."),
        };
        var shape = Sizes().Match(header).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(size => long.Parse(size, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return ArrayTensorData.FromBytes(type, new TensorShape(shape), bytes.AsMemory(10 + length));
    }

    [GeneratedRegex("'descr': '([^']*)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Sizes();
}
