using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Espalier.Reports;

namespace Espalier.Data;

/// <summary>Token ids in rows of equal length, and where they come from: windows to evaluate on, or samples to calibrate with.</summary>
public sealed class TokenRows
{
    private readonly int[] _ids;

    internal TokenRows(int[] ids, int length, string file, string sha256, string preparation, string tokenizer)
    {
        _ids = ids;
        Length = length;
        Protocol = new DataProtocol { File = file, Sha256 = sha256, Preparation = preparation, Tokenizer = tokenizer, TokensSha256 = Hash(ids) };
    }

    /// <summary>Number of rows.</summary>
    public int Count => _ids.Length / Length;

    /// <summary>Tokens per row.</summary>
    public int Length { get; }

    /// <summary>File, preparation and hashes; the token hash is over exactly these rows.</summary>
    public DataProtocol Protocol { get; }

    /// <summary>All ids, row after row [count * length].</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>The ids of one row [length].</summary>
    public ReadOnlySpan<int> this[int row] => _ids.AsSpan(checked(row * Length), Length);

    /// <summary>The ids of some rows as 64-bit integers [count * length], as models take them.</summary>
    public long[] ToInt64(int firstRow, int count)
    {
        var ids = _ids.AsSpan(checked(firstRow * Length), checked(count * Length));
        var wide = new long[ids.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = ids[i];
        return wide;
    }

    /// <summary>SHA-256 over ids as little-endian 32-bit integers, lower-case hex.</summary>
    public static string Hash(ReadOnlySpan<int> ids)
    {
        if (BitConverter.IsLittleEndian) return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids)));
        var swapped = ids.ToArray();
        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(swapped, swapped);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(swapped)));
    }
}
