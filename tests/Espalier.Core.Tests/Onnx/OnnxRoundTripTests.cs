using Espalier.Formats.Onnx;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>A model read and written again computes bit-identical outputs in ONNX Runtime.</summary>
public sealed class OnnxRoundTripTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-round-trip-");

    public static TheoryData<string> Zoo => [.. ZooModel.Names];

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Zoo_models_compute_the_same_bits(string name)
    {
        var zoo = ZooModel.Require(name);
        var probe = zoo.Probe;
        AssertSame(RuntimeOutputs.Run(zoo.ModelPath, probe), RuntimeOutputs.Run(Rewrite(zoo.ModelPath), probe));
    }

    [Theory]
    [InlineData("nanodet_m.onnx")]
    [InlineData("version-RFB-640.onnx")]
    public void Published_models_compute_the_same_bits(string file)
    {
        var path = SharedData.Require("models", "onnx", file);
        using var model = OnnxModel.Open(path);
        var input = Assert.Single(model.Graph.Inputs);
        var shape = new TensorShape([.. input.Shape!.Select(dim => dim.Size ?? 1)]);
        var random = new Random(1);
        var pixels = new float[shape.ElementCount];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
        var inputs = new Dictionary<string, TensorData> { [input.Name] = ArrayTensorData.FromSingles(shape, pixels) };
        AssertSame(RuntimeOutputs.Run(path, inputs), RuntimeOutputs.Run(Rewrite(path), inputs));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Rewrite(string path)
    {
        using var model = OnnxModel.Open(path);
        var written = Path.Combine(_folder.FullName, "model.onnx");
        OnnxWriter.Write(model.Graph, written, model.WriteOptions);
        return written;
    }

    private static void AssertSame(IReadOnlyDictionary<string, TensorData> expected, IReadOnlyDictionary<string, TensorData> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, data) in expected)
        {
            Assert.Equal(data.Shape, actual[name].Shape);
            Assert.Equal(data.ElementType, actual[name].ElementType);
            Assert.True(data.ToBytes().AsSpan().SequenceEqual(actual[name].ToBytes()), $"output '{name}' differs");
        }
    }
}
