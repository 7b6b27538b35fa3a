using System.Buffers;
using Espalier.Formats.Safetensors;
using Google.Protobuf;

namespace Espalier.Formats.Onnx;

/// <summary>
/// Appends protobuf fields to a file. Large bytes fields are streamed, so no message with the data ever exists in memory; a message is the
/// concatenation of its fields, so what the generated classes serialise and what is streamed here can be mixed.
/// </summary>
internal sealed class MessageFile(AtomicFile file)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Size of a field of bytes or of a message with its tag and length; field numbers up to 15 have one byte of tag.</summary>
    public static long FieldSize(long length) => 1 + CodedOutputStream.ComputeUInt64Size((ulong)length) + length;

    /// <summary>Writes raw bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        file.Write(Length, bytes);
        Length += bytes.Length;
    }

    /// <summary>Writes tag and length of a field of bytes or of a message; the content must follow.</summary>
    /// <param name="field">Field number up to 15.</param>
    /// <param name="length">Bytes of the content.</param>
    public void AppendFieldStart(int field, long length)
    {
        Span<byte> start = stackalloc byte[11];
        start[0] = (byte)((field << 3) | (int)WireFormat.WireType.LengthDelimited);
        var count = 1;
        for (var rest = (ulong)length; ; rest >>= 7)
        {
            start[count++] = (byte)(rest < 128 ? rest : (rest & 127) | 128);
            if (rest < 128) break;
        }
        Append(start[..count]);
    }

    /// <summary>Streams a tensor's data, converted to its type in the file.</summary>
    public void Append(StoredTensor tensor, string where) => Copy(tensor, where, Append);

    /// <summary>Streams the data of all external tensors to their places.</summary>
    public static void WriteExternal(AtomicFile file, IEnumerable<StoredTensor> tensors)
    {
        foreach (var tensor in tensors.Where(tensor => tensor.IsExternal))
        {
            var position = tensor.Offset;
            Copy(tensor, file.Path, bytes =>
            {
                file.Write(position, bytes);
                position += bytes.Length;
            });
        }
    }

    private delegate void Sink(ReadOnlySpan<byte> bytes);

    private static void Copy(StoredTensor tensor, string where, Sink sink)
    {
        var fill = ConvertedBytes.From(tensor.Parameter.Data, tensor.Type, $"{where}, tensor '{tensor.Parameter.Name}'");
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(tensor.Bytes, ChunkBytes));
        try
        {
            for (var done = 0L; done < tensor.Bytes;)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(tensor.Bytes - done, ChunkBytes));
                fill(done, chunk);
                sink(chunk);
                done += chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
