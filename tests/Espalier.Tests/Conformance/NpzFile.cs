using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>Arrays of a NumPy archive.</summary>
internal static partial class NpzFile
{
    /// <summary>Arrays by name.</summary>
    public static Dictionary<string, TensorData> Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var arrays = new Dictionary<string, TensorData>();
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            arrays.Add(entry.FullName[..^".npy".Length], Parse(copy.ToArray()));
        }
        return arrays;
    }

    private static ArrayTensorData Parse(byte[] bytes)
    {
        // Magic "\x93NUMPY", version, and the length of the header in 2 bytes (version 1) or 4.
        var start = bytes[6] == 1 ? 10 : 12;
        var length = bytes[6] == 1 ? BitConverter.ToUInt16(bytes, 8) : (int)BitConverter.ToUInt32(bytes, 8);
        var header = Header().Match(Encoding.ASCII.GetString(bytes, start, length));
        if (!header.Success || header.Groups["order"].Value == "True") throw new NotSupportedException("Only row-major arrays of known types are read.");
        var shape = header.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(size => long.Parse(size, CultureInfo.InvariantCulture));
        var type = header.Groups["type"].Value switch
        {
            "<f4" => ElementType.F32,
            "<f2" => ElementType.F16,
            "<f8" => ElementType.F64,
            "<i8" => ElementType.I64,
            "<i4" => ElementType.I32,
            "|b1" => ElementType.Bool,
            var other => throw new NotSupportedException($"Arrays of type {other} are not read."),
        };
        return ArrayTensorData.FromBytes(type, new TensorShape([.. shape]), bytes.AsMemory(start + length));
    }

    [GeneratedRegex(@"'descr': '(?<type>[^']+)'.*'fortran_order': (?<order>\w+).*'shape': \((?<shape>[^)]*)\)")]
    private static partial Regex Header();
}
