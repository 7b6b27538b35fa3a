using Espalier.Core.Tests.Formats;
using Espalier.Core.Tests.HuggingFace;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>What goes wrong leaves the target as it was and says why.</summary>
public sealed class OnnxFailureTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10_000_000)]
    public void A_source_that_fails_leaves_no_file_and_keeps_the_old_one(long threshold)
    {
        using var folder = new TempFolder();
        var path = folder.Write("model.onnx", [1, 2, 3]);
        var options = new OnnxWriteOptions { ExternalDataThreshold = threshold };
        Assert.Throws<TimeZoneNotFoundException>(() => OnnxWriter.Write(Net(new FailingTensor()), path, options));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000_000)]
    public void An_old_file_is_replaced(long threshold)
    {
        using var folder = new TempFolder();
        var path = folder.Write("model.onnx", [1, 2, 3]);
        var files = OnnxWriter.Write(Net(new ZeroTensor(new(600))), path, new() { ExternalDataThreshold = threshold });
        Assert.Equal(files.ModelBytes, new FileInfo(path).Length);
        Assert.Equal(threshold == 0 ? 2 : 1, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "none", "model.onnx");
        var error = Assert.Throws<EspalierException>(() => OnnxWriter.Write(Net(new ZeroTensor(new(600))), path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_named()
    {
        using var folder = new TempFolder();
        var path = Directory.CreateDirectory(folder.File("model.onnx")).FullName;
        var error = Assert.Throws<EspalierException>(() => OnnxWriter.Write(Net(new ZeroTensor(new(600))), path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void More_than_the_disk_holds_is_refused_before_writing()
    {
        using var folder = new TempFolder();
        var path = folder.File("model.onnx");
        var error = Assert.Throws<EspalierException>(() => OnnxWriter.Write(Net(new ZeroTensor(new(1L << 54))), path));
        Assert.Contains("too little space", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_weight_that_float16_cannot_hold_is_named()
    {
        using var folder = new TempFolder();
        var net = Net(ArrayTensorData.FromSingles(new(1), [70000]));
        var options = new OnnxWriteOptions { WeightType = ElementType.F16 };
        var error = Assert.Throws<EspalierException>(() => OnnxWriter.Write(net, folder.File("model.onnx"), options));
        Assert.Contains("'weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("70000", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Options_that_cannot_be_used_are_named()
    {
        using var folder = new TempFolder();
        string Message(OnnxWriteOptions options) =>
            Assert.Throws<UsageException>(() => OnnxWriter.Write(Net(new ZeroTensor(new(600))), folder.File("model.onnx"), options)).Message;
        Assert.Contains("I8", Message(new() { WeightType = ElementType.I8 }), StringComparison.Ordinal);
        Assert.Contains("-1", Message(new() { ExternalDataThreshold = -1 }), StringComparison.Ordinal);
        Assert.Contains("'sum'", Message(new() { ExtraOutputs = ["sun"] }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_message_beyond_two_gigabytes_is_refused()
    {
        using var folder = new TempFolder();
        var net = Net(new ZeroTensor(new(600_000_000)));
        var options = new OnnxWriteOptions { ExternalDataThreshold = long.MaxValue };
        var error = Assert.Throws<UsageException>(() => OnnxWriter.Write(net, folder.File("model.onnx"), options));
        Assert.Contains("2 GB", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static Graph Net(TensorData weight)
    {
        var graph = new Graph("net", 24);
        var x = graph.AddInput("x", ElementType.F32, "n");
        var parameter = graph.AddParameter("weight", weight).Value;
        graph.AddOutput(graph.AddNode("sum", "Add", "", [x, parameter], ["sum"], NodeAttributes.None).Output);
        return graph;
    }

    /// <summary>Fails after its first megabyte.</summary>
    private sealed class FailingTensor() : TensorData(ElementType.F32, new TensorShape(400_000))
    {
        public override void CopyBytes(long byteOffset, Span<byte> destination)
        {
            if (byteOffset > 0) throw new TimeZoneNotFoundException();
            destination.Clear();
        }
    }
}
