using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Testing;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Just enough of a reader for the golden layers: 8 bytes of header length, a JSON header, the tensors.</summary>
internal sealed class GoldenFile
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, (int Begin, int End, int[] Shape)> _tensors = [];

    public GoldenFile(string layer)
    {
        _bytes = File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "golden-layers", layer + ".safetensors"));
        var length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_bytes));
        using var header = JsonDocument.Parse(_bytes.AsMemory(8, length));
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
            _tensors[entry.Name] = (8 + length + offsets[0].GetInt32(), 8 + length + offsets[1].GetInt32(), shape);
        }
    }

    public float[] Values(string name) =>
        MemoryMarshal.Cast<byte, float>(_bytes.AsSpan(_tensors[name].Begin.._tensors[name].End)).ToArray();

    public Matrix Matrix(string name) => Espalier.Numerics.Matrix.FromRows(_tensors[name].Shape[0], _tensors[name].Shape[1], Values(name));

    public Mask Mask(string name)
    {
        var (begin, _, shape) = _tensors[name];
        var mask = new Mask(shape[0], shape[1]);
        for (var i = 0; i < shape[0] * shape[1]; i++) mask[i / shape[1], i % shape[1]] = _bytes[begin + i] != 0;
        return mask;
    }

    public static double Number(string layer, string result, string field)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "golden.json")));
        var results = json.RootElement.GetProperty("layers").GetProperty(layer).GetProperty("results");
        return results.GetProperty(result).GetProperty(field).GetDouble();
    }
}
