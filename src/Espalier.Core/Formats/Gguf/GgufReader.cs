using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Espalier.Formats.Gguf;

/// <summary>A cursor over the header of a GGUF file. Every length is compared with the bytes that are left before memory is taken.</summary>
internal sealed class GgufReader(MappedFile file)
{
    private const int MaxArrayDepth = 4;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Offset of the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>What is being read, for messages.</summary>
    public string Part { get; set; } = "header";

    private long Remaining => file.Length - Position;

    /// <summary>Reads one little-endian number.</summary>
    public T Read<T>()
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (size > Remaining) throw Fault("the file ends in the middle of it");
        var value = MemoryMarshal.Read<T>(file.Slice(Position, size));
        Position += size;
        return value;
    }

    /// <summary>Reads a string: 64-bit length and UTF-8 bytes.</summary>
    /// <param name="maxBytes">Longest string that is sensible here.</param>
    public string ReadString(long maxBytes = int.MaxValue)
    {
        var length = Read<ulong>();
        var possible = Math.Min(Remaining, maxBytes);
        if (length > (ulong)possible) throw Fault($"a string claims {length} bytes, {possible} are possible");
        try
        {
            var text = Utf8.GetString(file.Slice(Position, (int)length));
            Position += (long)length;
            return text;
        }
        catch (DecoderFallbackException e)
        {
            throw Fault("a string is not valid UTF-8", e);
        }
    }

    /// <summary>
    /// Reads a typed value: a number, a Boolean, a string, or an array of them (<c>T[]</c>; arrays of arrays: <c>object[]</c>).
    /// </summary>
    public object ReadValue(uint type, int depth = 0) => type switch
    {
        0 => Read<byte>(),
        1 => Read<sbyte>(),
        2 => Read<ushort>(),
        3 => Read<short>(),
        4 => Read<uint>(),
        5 => Read<int>(),
        6 => Read<float>(),
        7 => ReadBoolean(),
        8 => ReadString(),
        9 => ReadArray(depth),
        10 => Read<ulong>(),
        11 => Read<long>(),
        12 => Read<double>(),
        _ => throw Fault($"the value type {type} is unknown"),
    };

    /// <summary>An error about the part being read.</summary>
    public InvalidFileException Fault(string problem, Exception? inner = null) => new(file.Path, problem, Part, inner: inner);

    private bool ReadBoolean() => Read<byte>() switch
    {
        0 => false,
        1 => true,
        var other => throw Fault($"a Boolean has the value {other}"),
    };

    private object ReadArray(int depth)
    {
        if (depth == MaxArrayDepth) throw Fault($"arrays are nested deeper than {MaxArrayDepth}");
        var type = Read<uint>();
        var count = Read<ulong>();
        return type switch
        {
            0 => ReadNumbers<byte>(count),
            1 => ReadNumbers<sbyte>(count),
            2 => ReadNumbers<ushort>(count),
            3 => ReadNumbers<short>(count),
            4 => ReadNumbers<uint>(count),
            5 => ReadNumbers<int>(count),
            6 => ReadNumbers<float>(count),
            7 => ReadMany(count, 1, ReadBoolean),
            8 => ReadMany(count, 8, () => ReadString()),
            9 => ReadMany(count, 12, () => ReadArray(depth + 1)),
            10 => ReadNumbers<ulong>(count),
            11 => ReadNumbers<long>(count),
            12 => ReadNumbers<double>(count),
            _ => throw Fault($"the element type {type} of an array is unknown"),
        };
    }

    private T[] ReadNumbers<T>(ulong count)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        var length = CheckedCount(count, size);
        var values = MemoryMarshal.Cast<byte, T>(file.Slice(Position, length * size)).ToArray();
        Position += length * size;
        return values;
    }

    private T[] ReadMany<T>(ulong count, int leastBytes, Func<T> read)
    {
        var values = new T[CheckedCount(count, leastBytes)];
        for (var i = 0; i < values.Length; i++) values[i] = read();
        return values;
    }

    private int CheckedCount(ulong count, int leastBytes)
    {
        if (count > (ulong)(Math.Min(Remaining, int.MaxValue) / leastBytes))
            throw Fault($"an array claims {count} elements, more than the file can hold");
        return (int)count;
    }
}
