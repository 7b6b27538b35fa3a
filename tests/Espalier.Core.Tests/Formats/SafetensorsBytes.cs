using System.Buffers.Binary;
using System.Text;

namespace Espalier.Core.Tests.Formats;

/// <summary>Builds safetensors files from a header text, without the product's writer.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Build(string header, params byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file, 8 + json.Length);
        return file;
    }
}
