using System.Buffers.Binary;

namespace Espalier.Core.Tests.Formats;

/// <summary>Damages a file in the ways that find faults in readers; the same seed makes the same damage.</summary>
internal sealed class FileMutator(Random random)
{
    private const int FrontBytes = 512; // headers stand in front, so half of the damage goes there

    private static readonly byte[] Bytes = [0, 1, 0x7F, 0x80, 0xFF, .. "\"{}[]:,-+0129eE.\\/ "u8];
    private static readonly string[] Numbers = ["0", "-1", "1e9", "4294967296", "9223372036854775807", "9223372036854775808", "null", "\"\"", "[]", "{}"];

    /// <summary>One to four kinds of damage, one after the other.</summary>
    /// <returns>The damaged copy and what was done, for messages.</returns>
    public (byte[] Bytes, string Description) Mutate(byte[] original)
    {
        var steps = new List<string>();
        var file = original;
        for (var count = 1 + random.Next(4) * random.Next(2); count > 0; count--)
        {
            (file, var step) = Once(file);
            steps.Add(step);
        }
        return (file, string.Join("; ", steps));
    }

    private (byte[] Bytes, string Step) Once(byte[] file)
    {
        if (file.Length == 0) return ([(byte)random.Next(256)], "one byte in an empty file");
        var at = Offset(file.Length);
        var length = Math.Min(file.Length - at, 1 + random.Next(random.Next(3) == 0 ? 4096 : 16));
        switch (random.Next(9))
        {
            case 0:
                return Change(file, at, $"bit flipped at {at}", span => span[0] ^= (byte)(1 << random.Next(8)));
            case 1:
                return Change(file, at, $"byte set at {at}", span => span[0] = Bytes[random.Next(Bytes.Length)]);
            case 2:
                return (file[..at], $"cut at {at}");
            case 3:
                return ([.. file[..at], .. file[at..(at + length)], .. file[at..]], $"{length} bytes doubled at {at}");
            case 4:
                return ([.. file[..at], .. file[(at + length)..]], $"{length} bytes removed at {at}");
            case 5:
                var noise = new byte[length];
                random.NextBytes(noise);
                return ([.. file[..at], .. noise, .. file[at..]], $"{length} random bytes inserted at {at}");
            case 6 when file.Length - at >= 4:
                return Change(file, at, $"32-bit number set at {at}", span => BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)Number(file.Length)));
            case 7 when file.Length - at >= 8:
                return Change(file, at, $"64-bit number set at {at}", span => BinaryPrimitives.WriteUInt64LittleEndian(span, Number(file.Length)));
            default:
                return ReplaceDigits(file, at);
        }
    }

    private int Offset(int length) => random.Next(random.Next(2) == 0 ? Math.Min(length, FrontBytes) : length);

    private ulong Number(int fileLength) => random.Next(9) switch
    {
        0 => 0,
        1 => (ulong)random.Next(64),
        2 => (ulong)(fileLength + random.Next(-9, 9)),
        3 => int.MaxValue - (ulong)random.Next(3),
        4 => uint.MaxValue - (ulong)random.Next(3),
        5 => (ulong)long.MaxValue - (ulong)random.Next(40),
        6 => ulong.MaxValue - (ulong)random.Next(40),
        7 => 1UL << random.Next(64),
        _ => (ulong)random.NextInt64(),
    };

    private static (byte[] Bytes, string Step) Change(byte[] file, int at, string step, SpanChange change)
    {
        var copy = file.ToArray();
        change(copy.AsSpan(at));
        return (copy, step);
    }

    // The next run of decimal digits becomes another number, or something that is none: for text formats.
    private (byte[] Bytes, string Step) ReplaceDigits(byte[] file, int at)
    {
        var begin = Array.FindIndex(file, at, b => char.IsAsciiDigit((char)b));
        if (begin < 0) return (file[..at], $"cut at {at}");
        var end = begin;
        while (end < file.Length && char.IsAsciiDigit((char)file[end])) end++;
        var text = Numbers[random.Next(Numbers.Length)];
        return ([.. file[..begin], .. System.Text.Encoding.ASCII.GetBytes(text), .. file[end..]], $"number at {begin} became {text}");
    }

    private delegate void SpanChange(Span<byte> span);
}
