using System.Diagnostics.CodeAnalysis;
using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>A checkpoint in Hugging Face layout: one safetensors file, or shards with an index.</summary>
public sealed class SafetensorsCheckpoint : TensorCollection
{
    internal const string SingleName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";
    private const string IndexSuffix = ".safetensors.index.json";

    private readonly List<SafetensorsFile> _shards = [];
    private readonly List<string> _names = [];
    private readonly Dictionary<string, SafetensorsFile> _owners = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint(string origin) => Origin = origin;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin { get; }

    /// <summary>Metadata of the first file.</summary>
    public override IReadOnlyDictionary<string, string> Metadata => _shards.Count > 0 ? _shards[0].Metadata : base.Metadata;

    /// <summary>Paths of the files, in order.</summary>
    public IReadOnlyList<string> Files => [.. _shards.Select(s => s.Origin)];

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">
    /// A safetensors file, an index file (<c>*.safetensors.index.json</c>), or a folder with <c>model.safetensors</c>, with
    /// <c>model.safetensors.index.json</c>, or with one index or one safetensors file of another name; looked for in this order.
    /// </param>
    /// <exception cref="EspalierException">Nothing of the kind is there, or a file is missing or damaged.</exception>
    public static SafetensorsCheckpoint Open(string path)
    {
        var file = Directory.Exists(path) ? Locate(path) : path;
        var checkpoint = new SafetensorsCheckpoint(path);
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) checkpoint.OpenShards(file);
            else checkpoint.Add(SafetensorsFile.Open(file));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data)
    {
        data = null;
        return _owners.TryGetValue(name, out var owner) && owner.TryGet(name, out data);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _shards.ForEach(s => s.Dispose());
        base.Dispose(disposing);
    }

    private static string Locate(string folder)
    {
        foreach (var name in (string[])[SingleName, IndexName])
        {
            if (File.Exists(Path.Combine(folder, name))) return Path.Combine(folder, name);
        }
        foreach (var pattern in (string[])["*" + IndexSuffix, "*.safetensors"])
        {
            var found = Directory.GetFiles(folder, pattern);
            if (found.Length == 1) return found[0];
            if (found.Length > 1)
            {
                throw new EspalierException($"{found.Length} files match '{pattern}' and none is called {SingleName} or {IndexName}", folder,
                    "Give the path of the file or index to open");
            }
        }
        throw new EspalierException($"the folder holds neither {SingleName} nor {IndexName}", folder, "Check the path");
    }

    private void OpenShards(string indexPath)
    {
        var map = SafetensorsIndex.Read(indexPath);
        var folder = Path.GetDirectoryName(indexPath) ?? "";
        foreach (var shard in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var shardPath = Path.Combine(folder, shard);
            if (!File.Exists(shardPath))
            {
                throw new InvalidFileException(indexPath, $"the shard {NearNames.Quote(shard)} is not in the folder", null,
                    "Download the missing file into the folder of the index");
            }
            Add(SafetensorsFile.Open(shardPath));
        }
        foreach (var (name, shard) in map)
        {
            if (!_owners.TryGetValue(name, out var owner) || Path.GetFileName(owner.Origin) != shard)
            {
                throw new InvalidFileException(indexPath, $"the index places it in {NearNames.Quote(shard)}, but it is not there",
                    $"tensor {NearNames.Quote(name)}", "Download index and shards again, from the same revision");
            }
        }
    }

    private void Add(SafetensorsFile shard)
    {
        _shards.Add(shard);
        foreach (var name in shard.Names)
        {
            if (!_owners.TryAdd(name, shard))
            {
                throw new InvalidFileException(shard.Origin, $"it is also in {Path.GetFileName(_owners[name].Origin)}",
                    $"tensor {NearNames.Quote(name)}", "Remove shards that do not belong to this checkpoint");
            }
            _names.Add(name);
        }
    }
}
