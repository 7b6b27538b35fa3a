using Espalier.Formats;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;

namespace Espalier.Data;

/// <summary>Token ids of a safetensors file: rows [samples, length], or one sequence [length].</summary>
internal sealed class TokenFile
{
    private TokenFile(int[] ids, int? rowLength, string tensor)
    {
        Ids = ids;
        RowLength = rowLength;
        Tensor = tensor;
    }

    /// <summary>All ids, row after row.</summary>
    public int[] Ids { get; }

    /// <summary>Tokens per row; null if the file holds one sequence.</summary>
    public int? RowLength { get; }

    /// <summary>Name of the tensor.</summary>
    public string Tensor { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="field">Name of the tensor; may be null if there is one only.</param>
    /// <exception cref="EspalierException">The tensor is missing, or is not one of ids.</exception>
    public static TokenFile Read(string path, string? field)
    {
        using var file = SafetensorsFile.Open(path);
        var name = field ?? (file.Count == 1 ? file.Names[0] : throw Ambiguous(file));
        if (!file.TryGet(name, out var data)) throw Missing(file, name);
        var where = $"tensor {NearNames.Quote(name)}";
        if (data.ElementType.IsFloat() || data.ElementType is ElementType.Bool or ElementType.C64)
            throw new InvalidFileException(path, $"its elements are {data.ElementType}, but token ids are integers", where, "Name the tensor of ids with --data-field");
        if (data.Shape.Rank is not (1 or 2))
            throw new InvalidFileException(path, $"its shape is {data.Shape}, expected [samples, length] or [length]", where, "Name the tensor of ids with --data-field");
        if (data.ElementCount == 0) throw new InvalidFileException(path, $"it is empty: its shape is {data.Shape}", where, "Use a file that holds token ids");
        return new TokenFile(Convert(path, where, data), data.Shape.Rank == 2 ? checked((int)data.Shape[1]) : null, name);
    }

    private static int[] Convert(string path, string where, TensorData data)
    {
        if (data.ElementCount > Array.MaxLength) throw new InvalidFileException(path, $"it holds {data.ElementCount} ids, more than can be used", where, "Use a part of it");
        var ids = new int[data.ElementCount];
        var chunk = new long[Math.Min(ids.Length, 1 << 16)];
        for (var start = 0; start < ids.Length; start += chunk.Length)
        {
            var part = chunk.AsSpan(0, Math.Min(chunk.Length, ids.Length - start));
            try
            {
                data.ReadInt64(start, part);
            }
            catch (OverflowException e)
            {
                throw new InvalidFileException(path, "it holds numbers beyond 64 bits, which are no token ids", where, "Name the tensor of ids with --data-field", e);
            }
            for (var i = 0; i < part.Length; i++)
            {
                // Outside 32 bits nothing can be a token id; negative ones are refused with their place by the vocabulary check.
                if (part[i] is < int.MinValue or > int.MaxValue)
                    throw new InvalidFileException(path, $"the value {part[i]} at index {start + i} is no token id", where, "Name the tensor of ids with --data-field");
                ids[start + i] = (int)part[i];
            }
        }
        return ids;
    }

    private static UsageException Ambiguous(SafetensorsFile file) => file.Count == 0
        ? new UsageException("the file holds no tensors", file.Origin, "Use a file that holds token ids")
        : new UsageException($"the file holds {file.Count} tensors: {Names(file)}", file.Origin, "Name the one that holds token ids with --data-field");

    private static UsageException Missing(SafetensorsFile file, string name) =>
        new($"there is no tensor {NearNames.Quote(name)}; there are: {Names(file)}", file.Origin, NearNames.Suggest(name, file.Names) ?? "Name the one that holds token ids with --data-field");

    private static string Names(SafetensorsFile file) => string.Join(", ", file.Names.Take(20).Select(NearNames.Quote)) + (file.Count > 20 ? ", ..." : "");
}
