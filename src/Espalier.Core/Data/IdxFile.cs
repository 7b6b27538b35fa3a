using System.Buffers.Binary;
using System.IO.Compression;

namespace Espalier.Data;

/// <summary>
/// Bytes of an IDX file (the format of MNIST), plain or gzipped: two zero bytes, the element type, the number of axes, a big-endian 32-bit size for each,
/// then the data. Only unsigned bytes are read.
/// </summary>
internal sealed class IdxFile
{
    private const byte UnsignedByte = 8;
    private const long LargestRatio = 1032; // of deflate

    private IdxFile(int[] sizes, byte[] data) => (Sizes, Data) = (sizes, data);

    /// <summary>Sizes of the axes.</summary>
    public int[] Sizes { get; }

    /// <summary>Elements, row-major.</summary>
    public byte[] Data { get; }

    /// <summary>True when bytes start as a plain IDX file of up to four axes does.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.Length >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] is >= 8 and <= 14 && bytes[3] is >= 1 and <= 4;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">Number of axes that is expected.</param>
    /// <param name="what">What it should hold, for messages.</param>
    /// <exception cref="InvalidFileException">The file is damaged, or of another type or rank.</exception>
    public static IdxFile Read(string path, int rank, string what)
    {
        using var file = DataFile.Open(path);
        var isCompressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        try
        {
            if (!isCompressed) return Read(file, file.Length, path, rank, what);
            using var stream = new GZipStream(file, CompressionMode.Decompress);
            return Read(stream, file.Length * LargestRatio, path, rank, what);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidFileException(path, "its compressed content is damaged", inner: e);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidFileException(path, "it is cut off", inner: e);
        }
    }

    // Most: bytes that the file can hold at best.
    private static IdxFile Read(Stream stream, long most, string path, int rank, string what)
    {
        var header = new byte[4 + 4 * rank];
        stream.ReadExactly(header, 0, 4);
        if (!IsStart(header)) throw new InvalidFileException(path, "it does not start as an IDX file does", remedy: "Use the files of MNIST, or an NPZ");
        if (header[2] != UnsignedByte) throw new InvalidFileException(path, $"its elements are of type 0x{header[2]:X2}; only unsigned bytes (0x08) are read", remedy: "Save the data as NPZ");
        if (header[3] != rank) throw new InvalidFileException(path, $"it has {header[3]} axes, but {what} have {rank}", remedy: "Check that images and labels are not exchanged");
        stream.ReadExactly(header, 4, 4 * rank);
        var sizes = new int[rank];
        var length = 1L;
        for (var axis = 0; axis < rank; axis++)
        {
            sizes[axis] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + 4 * axis));
            if (sizes[axis] <= 0) throw new InvalidFileException(path, $"axis {axis} has the impossible size {(uint)sizes[axis]}");
            length = Math.Min(length * sizes[axis], long.MaxValue >> 31); // enough to be refused, and no overflow in the next product
        }
        if (length > Math.Min(most, Array.MaxLength)) throw new InvalidFileException(path, $"it claims {string.Join(" x ", sizes)} bytes, more than the file can hold");
        var data = new byte[length];
        stream.ReadExactly(data);
        if (stream.ReadByte() >= 0) throw new InvalidFileException(path, $"bytes follow the {length} that its header announces");
        return new IdxFile(sizes, data);
    }
}
