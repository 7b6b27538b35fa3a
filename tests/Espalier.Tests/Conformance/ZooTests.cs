using Espalier.Formats.Onnx;
using Espalier.Testing;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Whole networks: what the executor computes against the outputs that ONNX Runtime recorded.</summary>
public sealed class ZooTests
{
    public ZooTests() => TorchRuntime.EnsureLoaded();

    public static TheoryData<string> Models()
    {
        var folder = Path.GetFullPath(Path.Combine(SharedData.RepositoryRoot, "..", "shared", "data", "onnx-zoo"));
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)] : ["absent"];
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_network_gives_the_recorded_outputs(string name)
    {
        var folder = SharedData.Require("onnx-zoo", name);
        using var model = OnnxModel.Open(Path.Combine(folder, "model.onnx"));
        var feeds = NpzFile.Read(Path.Combine(folder, "probe.npz"));
        var expected = NpzFile.Read(Path.Combine(folder, "expected.npz"));
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var outputs = ConformanceCheck.Execute(model.Graph, feeds);
        var failures = model.Graph.Outputs.Select((output, i) => (output.Name, Difference: TensorComparison.Difference(expected[output.Name], outputs[i], ToleranceClass.Composed)))
            .Where(pair => pair.Difference is not null).Select(pair => $"{pair.Name}: {pair.Difference}");
        Assert.Empty(failures);
    }
}
