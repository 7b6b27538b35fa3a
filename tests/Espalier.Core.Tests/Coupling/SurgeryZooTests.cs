using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Coupling;

/// <summary>Random cuts of every structure of the zoo.</summary>
public sealed class SurgeryZooTests : IDisposable
{
    private const int Prunes = 4;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-cut-");

    public static TheoryData<string> Zoo => [.. ZooModel.Names];

    /// <summary>Float16 and quantised models round between nodes, so that cut and masked model differ by their steps.</summary>
    private static double Tolerance(string name) => name.StartsWith("float16", StringComparison.Ordinal) ? 2e-2 : name.StartsWith("quant", StringComparison.Ordinal) ? 5e-2 : 1e-4;

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Cuts_equal_masks_where_they_are_exact(string name)
    {
        var zoo = ZooModel.Require(name);
        using var model = OnnxModel.Open(zoo.ModelPath);
        var map = CouplingMap.Of(model.Graph);
        Assert.True(map.Groups.Count > 0 || map.Frozen.Count > 0, "Nothing can be pruned and nothing says why.");
        for (var seed = 0; seed < Prunes; seed++)
        {
            var removals = CutCheck.Draw(map, new Random(seed), group => group.IsExact);
            var cut = GraphSurgery.Cut(map, removals);
            Assert.Equal(CutCheck.PredictParameters(map, removals), Weights(cut.Graph));
            CutCheck.AssertClose(CutCheck.Run(CutCheck.Mask(map, removals), _folder.FullName, model.WriteOptions, zoo.Probe),
                CutCheck.Run(cut.Graph, _folder.FullName, model.WriteOptions, zoo.Probe), Tolerance(name), $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Cuts_of_all_groups_run(string name)
    {
        var zoo = ZooModel.Require(name);
        using var model = OnnxModel.Open(zoo.ModelPath);
        var map = CouplingMap.Of(model.Graph);
        for (var seed = 100; seed < 100 + Prunes; seed++)
        {
            var removals = CutCheck.Draw(map, new Random(seed), _ => true);
            var cut = GraphSurgery.Cut(map, removals);
            Assert.Equal(CutCheck.PredictParameters(map, removals), Weights(cut.Graph));
            var outputs = CutCheck.Run(cut.Graph, _folder.FullName, model.WriteOptions, zoo.Probe);
            Assert.All(zoo.Expected, pair => Assert.Equal(pair.Value.Shape, outputs[pair.Key].Shape));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static long Weights(Graph graph) => graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter => parameter.Shape.ElementCount);
}
