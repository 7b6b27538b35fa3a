using System.Buffers;
using System.Collections.ObjectModel;
using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>
/// Writes one safetensors file in a stream: all tensors are declared first, then each is written, in any order, in bounded chunks.
/// The file appears at its target only with <see cref="Complete"/>; disposal before that leaves the target as it was.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>The metadata that Hugging Face readers expect: <c>format: pt</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string> DefaultMetadata =
        new ReadOnlyDictionary<string, string>(new Dictionary<string, string> { ["format"] = "pt" });

    private readonly SafetensorsLayout _layout;
    private readonly AtomicFile _file;
    private readonly HashSet<string> _pending;

    /// <summary>Creates the temporary file and writes the header.</summary>
    /// <param name="path">The target.</param>
    /// <param name="entries">All tensors of the file.</param>
    /// <param name="metadata">Text metadata; null for <see cref="DefaultMetadata"/>.</param>
    /// <exception cref="EspalierException">A name is declared twice, or the file cannot be created, or the space is too small.</exception>
    public SafetensorsWriter(string path, IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        _layout = new SafetensorsLayout(entries, metadata ?? DefaultMetadata);
        _pending = new HashSet<string>(_layout.Names, StringComparer.Ordinal);
        _file = new AtomicFile(path, _layout.TotalBytes);
        try
        {
            _file.Write(0, _layout.Header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Size of the finished file in bytes.</summary>
    public long TotalBytes => _layout.TotalBytes;

    /// <summary>Writes a tensor, converted to the declared type if both are floating-point types.</summary>
    /// <param name="name">A declared name, not written before.</param>
    /// <param name="data">Data of the declared shape.</param>
    /// <exception cref="EspalierException">Name, shape or type do not fit the declaration, a value overflows, or the disk is full.</exception>
    public void Write(string name, TensorData data)
    {
        var (entry, _) = Find(name);
        if (data.Shape != entry.Shape)
        {
            throw new EspalierException($"the data have shape {data.Shape}, declared was {entry.Shape}", Where(name),
                "Declare the shape of the data");
        }
        Write(name, ConvertedBytes.From(data, entry.Type, Where(name)));
    }

    /// <summary>Writes a tensor from a callback that produces its bytes in chunks of at most 1 MiB, whole elements each.</summary>
    /// <param name="name">A declared name, not written before.</param>
    /// <param name="fill">Produces bytes of the declared type.</param>
    public void Write(string name, TensorFiller fill)
    {
        var (entry, offset) = Find(name);
        var total = entry.ByteLength;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(total, ChunkBytes));
        try
        {
            for (var done = 0L; done < total;)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(total - done, ChunkBytes));
                fill(done, chunk);
                _file.Write(offset + done, chunk);
                done += chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        _pending.Remove(name);
    }

    /// <summary>Flushes to the disk and renames to the target.</summary>
    /// <exception cref="EspalierException">A declared tensor was not written; the target stays as it was.</exception>
    public void Complete()
    {
        Seal();
        _file.Publish();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Checks that all was written and flushes; the file is renamed by <see cref="Complete"/>.</summary>
    internal void Seal()
    {
        if (_pending.Count > 0)
        {
            throw new EspalierException($"{_pending.Count} declared tensors were not written, among them {NearNames.Quote(_pending.First())}",
                _file.Path, "Write every declared tensor before completing the file");
        }
        _file.Seal();
    }

    private (SafetensorsEntry Entry, long Offset) Find(string name)
    {
        if (!_layout.TryFind(name, out var entry, out var offset))
            throw new EspalierException("the tensor was not declared", Where(name), NearNames.Suggest(name, _layout.Names));
        if (!_pending.Contains(name)) throw new EspalierException("the tensor was written already", Where(name), "Write it once");
        return (entry, offset);
    }

    private string Where(string name) => $"{_file.Path}, tensor {NearNames.Quote(name)}";
}
