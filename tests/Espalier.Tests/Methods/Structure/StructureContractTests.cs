using Espalier.Evaluation;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Methods.Structure;
using Espalier.Structure;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Methods.Structure;

/// <summary>What every structural method must do: reach the target, repeat itself, write files that ONNX Runtime runs, leak nothing, refuse clearly.</summary>
public sealed class StructureContractTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-structure-");

    public static TheoryData<string> Methods => [.. StructureRegistry.All.Select(method => method.Id)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Reaches_the_target_and_runs(string id)
    {
        foreach (var measure in Enum.GetValues<PruneMeasure>())
        {
            using var model = Open("resnet18-ts-bn");
            var result = Run(model, id, measure, 0.4);
            var share = measure switch
            {
                PruneMeasure.Macs => 1 - (result.Plan.After.Macs / (double)result.Plan.Before.Macs),
                PruneMeasure.Parameters => 1 - (result.Plan.After.Parameters / (double)result.Plan.Before.Parameters),
                _ => 1 - (result.Plan.After.Units / (double)result.Plan.Before.Units),
            };
            Assert.InRange(share, 0.4, 0.6); // one unit of a stream of four takes a quarter of its weights
            var path = Path.Combine(_folder.FullName, "out.onnx");
            OnnxWriter.Write(result.Cut.Graph, path, model.WriteOptions);
            Assert.All(OnnxVerifier.Verify(path, new Dictionary<string, long>(), TestContext.Current.CancellationToken).Checks, check => Assert.True(check.Ok, check.Detail));
            Assert.Equal(result.Plan.After.Macs, CostModel.Measure(result.Cut.Graph, Sizes).Macs);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_same_seed_gives_the_same_bits(string id)
    {
        byte[] Bits()
        {
            using var model = Open("resnet18-ts-bn");
            return [.. Run(model, id, PruneMeasure.Macs, 0.3).Cut.Graph.Parameters.Values.SelectMany(parameter => parameter.Data.ToBytes())];
        }
        Assert.Equal(Bits(), Bits());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Leaks_no_tensor(string id)
    {
        using var model = Open("resnet18-ts-bn");
        Run(model, id, PruneMeasure.Macs, 0.3);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run(model, id, PruneMeasure.Macs, 0.3);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_dense_model_is_untouched(string id)
    {
        using var model = Open("resnet18-ts-bn");
        var before = model.Graph.Parameters.Values.SelectMany(parameter => parameter.Data.ToBytes()).ToArray();
        Run(model, id, PruneMeasure.Macs, 0.3);
        Assert.Equal(before, model.Graph.Parameters.Values.SelectMany(parameter => parameter.Data.ToBytes()));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Refuses_clearly(string id)
    {
        using var model = Open("resnet18-ts-bn");
        Assert.Contains("--macs", Assert.Throws<UsageException>(() => Run(model, id, PruneMeasure.Macs, 1.2)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be removed", Assert.Throws<UsageException>(() => Run(model, id, PruneMeasure.Macs, 0.999)).Message, StringComparison.Ordinal);
        if (StructureRegistry.Find(id).NeedsData)
            Assert.Contains("--data", Assert.Throws<UsageException>(() => StructurePruning.Run(model, Request(id, PruneMeasure.Macs, 0.3), Sizes, null, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_methods_are_refused_with_a_suggestion() =>
        Assert.Contains("obspa", Assert.Throws<UsageException>(() => StructureRegistry.Find("obsp")).Message, StringComparison.Ordinal);

    /// <summary>Least squares of every kind lowers the error that plain removal leaves, and the dense target the most.</summary>
    [Fact]
    public void Repairs_lower_the_error()
    {
        using var model = Open("resnet18-ts-bn");
        double Error(string id)
        {
            var result = Run(model, id, PruneMeasure.Channels, 0.25);
            return result.Repairs.Where(record => record.Errors is not null).Sum(record => record.Errors!.Repaired / record.Errors.None) / result.Repairs.Count;
        }
        Assert.InRange(Error("liar"), 0, 0.9);
        Assert.InRange(Error("obspa"), 0, 0.9);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IReadOnlyDictionary<string, long> Sizes { get; } = new Dictionary<string, long> { ["batch"] = 1 };

    private static OnnxModel Open(string name) => OnnxModel.Open(ZooModel.Require(name).ModelPath);

    private static StructureRequest Request(string id, PruneMeasure measure, double share) => new() { Model = "", Output = "", Method = id, Target = new RemovalTarget(measure, share) };

    private static StructureResult Run(OnnxModel model, string id, PruneMeasure measure, double share)
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
        using var inputs = CalibrationData.Open("noise:normal", model.Graph, Sizes, 16, "none", 0);
        return StructurePruning.Run(model, Request(id, measure, share), Sizes, inputs, cancellation: TestContext.Current.CancellationToken);
    }
}
