using System.Runtime.InteropServices;
using System.Text.Json;
using Espalier.Formats.Safetensors;
using Espalier.Numerics;
using Espalier.Tensors;
using Espalier.Testing;

namespace Espalier.Core.Tests.Solvers;

/// <summary>Recorded results of one method's reference code.</summary>
internal sealed class MethodGolden(string method) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(SharedData.Require("oracles", "methods", method, "golden.safetensors"));

    private readonly JsonDocument _json = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "methods", method, "golden.json")));

    /// <summary>What is written down about one case.</summary>
    public JsonElement Case(string name) => _json.RootElement.GetProperty("cases").GetProperty(name);

    public double[] Values(string name)
    {
        var data = Data(name);
        if (data.ElementType == ElementType.F64) return MemoryMarshal.Cast<byte, double>(data.ToBytes()).ToArray();
        return [.. data.ToSingles().Select(value => (double)value)];
    }

    public double Value(string name) => Values(name)[0];

    public float[] Singles(string name) => Data(name).ToSingles();

    public int[] Indices(string name) => [.. MemoryMarshal.Cast<byte, long>(Data(name).ToBytes()).ToArray().Select(value => (int)value)];

    public long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(Data(name).ToBytes()).ToArray();

    /// <summary>Places of the ones of a byte mask.</summary>
    public int[] Marked(string name)
    {
        var mask = Data(name).ToBytes();
        return [.. Enumerable.Range(0, mask.Length).Where(i => mask[i] != 0)];
    }

    /// <summary>The first axis as rows, all others together as columns.</summary>
    public DoubleMatrix Matrix(string name)
    {
        var values = Values(name);
        var rows = checked((int)Data(name).Shape[0]);
        return DoubleMatrix.FromRows(rows, values.Length / rows, values);
    }

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
    }

    private TensorData Data(string name) => _file.TryGet(name, out var data) ? data : throw new ArgumentException($"no tensor '{name}'");
}
