using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Espalier.Formats.Safetensors;

/// <summary>Writes a checkpoint in Hugging Face layout: <c>model.safetensors</c>, or numbered shards with an index.</summary>
public static partial class SafetensorsCheckpointWriter
{
    /// <summary>Largest shard by default: 5 GB, as Hugging Face libraries write.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    /// <summary>
    /// Writes all tensors. Every file is written beside its target first; only when all are on the disk are they renamed, the index last.
    /// </summary>
    /// <param name="folder">The folder, created if it does not exist.</param>
    /// <param name="tensors">The tensors, placed in shards in this order.</param>
    /// <param name="maxShardBytes">Most data bytes of a shard; a larger tensor gets a shard of its own.</param>
    /// <param name="metadata">Text metadata of every file; null for <c>format: pt</c>.</param>
    /// <param name="overwrite">Replace a checkpoint that stands in the folder; otherwise that is an error.</param>
    /// <returns>Paths of the files written, the index last.</returns>
    /// <exception cref="EspalierException">The folder holds a checkpoint already, or writing fails; then the folder is as it was.</exception>
    public static IReadOnlyList<string> Write(string folder, IEnumerable<CheckpointTensor> tensors,
        long maxShardBytes = DefaultMaxShardBytes, IReadOnlyDictionary<string, string>? metadata = null, bool overwrite = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardBytes, 1);
        var existing = Existing(folder);
        if (existing.Count > 0 && !overwrite)
        {
            throw new EspalierException($"the folder holds a checkpoint already ({Path.GetFileName(existing[0])})", folder,
                "Choose another output folder, or delete the old checkpoint");
        }
        var shards = Split(tensors, maxShardBytes);
        CheckNames(shards, folder);
        CheckSpace(folder, shards);
        var files = WriteShards(folder, shards, metadata);
        foreach (var stale in existing.Except(files, StringComparer.Ordinal)) File.Delete(stale);
        return files;
    }

    private static List<string> WriteShards(string folder, List<List<CheckpointTensor>> shards, IReadOnlyDictionary<string, string>? metadata)
    {
        CreateFolder(folder);
        var names = shards.Select((_, i) => ShardName(i, shards.Count)).ToList();
        var writers = new List<SafetensorsWriter>();
        try
        {
            for (var i = 0; i < shards.Count; i++)
            {
                var writer = new SafetensorsWriter(Path.Combine(folder, names[i]), shards[i].Select(t => t.Entry), metadata);
                writers.Add(writer);
                foreach (var tensor in shards[i]) writer.Write(tensor.Entry.Name, tensor.Data);
                writer.Seal();
            }
            using var index = shards.Count > 1 ? WriteIndex(folder, shards, names) : null;
            writers.ForEach(w => w.Complete());
            index?.Publish();
        }
        finally
        {
            writers.ForEach(w => w.Dispose());
        }
        if (shards.Count > 1) names.Add(SafetensorsCheckpoint.IndexName);
        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    private static AtomicFile WriteIndex(string folder, List<List<CheckpointTensor>> shards, List<string> names)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_parameters", shards.Sum(s => s.Sum(t => t.Entry.Shape.ElementCount)));
            json.WriteNumber("total_size", shards.Sum(s => s.Sum(t => t.Entry.ByteLength)));
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            var places = shards.SelectMany((shard, i) => shard.Select(t => (t.Entry.Name, Shard: names[i])));
            foreach (var (name, shard) in places.OrderBy(p => p.Name, StringComparer.Ordinal)) json.WriteString(name, shard);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        var file = new AtomicFile(Path.Combine(folder, SafetensorsCheckpoint.IndexName), stream.Length);
        try
        {
            file.Write(0, stream.ToArray());
            file.Seal();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static List<List<CheckpointTensor>> Split(IEnumerable<CheckpointTensor> tensors, long maxShardBytes)
    {
        var shards = new List<List<CheckpointTensor>> { new() };
        var bytes = 0L;
        foreach (var tensor in tensors)
        {
            var size = tensor.Entry.ByteLength;
            if (shards[^1].Count > 0 && size > maxShardBytes - bytes)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes = checked(bytes + size);
        }
        return shards;
    }

    private static void CheckNames(List<List<CheckpointTensor>> shards, string folder)
    {
        var twice = shards.SelectMany(s => s).GroupBy(t => t.Entry.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is null) return;
        throw new EspalierException($"the tensor {NearNames.Quote(twice.Key)} was given twice", folder, "Give each name once");
    }

    private static void CheckSpace(string folder, List<List<CheckpointTensor>> shards)
    {
        var needed = shards.Sum(s => s.Sum(t => t.Entry.ByteLength));
        var path = Path.Combine(folder, SafetensorsCheckpoint.SingleName);
        var parent = Path.GetFullPath(folder);
        while (!Directory.Exists(parent) && Path.GetDirectoryName(parent) is { } upper) parent = upper;
        if (DiskSpace.FreeBytes(Path.Combine(parent, "x")) is { } free && needed > free) throw DiskSpace.Full(path, needed, free, null);
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the folder cannot be created: {e.Message}", folder, "Choose a place where you may write", e);
        }
    }

    private static List<string> Existing(string folder) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder).Where(f => CheckpointFile().IsMatch(Path.GetFileName(f))).Order(StringComparer.Ordinal)];

    private static string ShardName(int index, int count) => count == 1
        ? SafetensorsCheckpoint.SingleName
        : string.Create(CultureInfo.InvariantCulture, $"model-{index + 1:D5}-of-{count:D5}.safetensors");

    [GeneratedRegex(@"^model(-\d{5}-of-\d{5}\.safetensors|\.safetensors(\.index\.json)?)$")]
    private static partial Regex CheckpointFile();
}
