using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Graphs;
using Espalier.Methods.Structure;
using Espalier.Solvers;
using Espalier.Structure;
using Espalier.Testing;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Methods.Structure;

/// <summary>
/// Least-squares repair on the trained CIFAR ResNet-20 with half of the inner widths cut by group L2. The peer reaches 19.4 % by the cut and
/// 41.1 % after re-estimating batch normalisation on all 10,000 test images.
/// </summary>
public sealed class ConsumerRepairTests
{
    private const int TestImages = 1000;

    [Fact]
    public void Repair_brings_a_halved_ResNet_back()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
        using var train = DataSource.OpenImages(new ImageRequest { Path = SharedData.Require("images", "cifar10_lossless_train4000.npz") });
        using var test = DataSource.OpenImages(new ImageRequest { Path = SharedData.Require("images", "cifar10_test_jpg.zip") });
        var dense = CifarResNet.Build(CifarResNet.ResNet20);
        using var some = new SelectedImages(test, Enumerable.Range(0, TestImages).Select(i => i * 10)); // the archive is ordered by class
        double Accuracy(Graph graph)
        {
            using var evaluator = new AccuracyEvaluator(graph, torch.CPU);
            return evaluator.Evaluate(new PreparedImages(some, CifarResNet.Preprocessing), cancellation: TestContext.Current.CancellationToken).Top1;
        }

        using var inputs = CalibrationInputs.FromImages(new PreparedImages(train, CifarResNet.Preprocessing), "input", 256, 64, CifarResNet.Augmentation);
        var cutOnly = Accuracy(Prune(dense, inputs, new RepairOptions { Variant = RepairVariant.None }));
        var local = Accuracy(Prune(dense, inputs, new RepairOptions { DenseTarget = false }));
        var residual = Accuracy(Prune(dense, inputs, new RepairOptions()));

        Assert.InRange(Accuracy(dense), 0.78, 0.84); // 81 % on all ten thousand
        Assert.InRange(cutOnly, 0.05, 0.35);
        Assert.True(local > cutOnly + 0.15, $"local least squares: {cutOnly} -> {local}");
        Assert.True(residual > local + 0.05, $"dense target with the residual rule: {local} -> {residual}");
    }

    /// <summary>The stream of each stage and the inner width of each block; the padding of option-A shortcuts is not taken for identity.</summary>
    [Fact]
    public void Option_A_shortcuts_give_twelve_groups()
    {
        var sizes = CouplingMap.Of(CifarResNet.Build(CifarResNet.ResNet20)).Groups.Select(group => group.Size).Order();
        Assert.Equal([16, 16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 64], sizes);
    }

    private static Graph Prune(Graph dense, CalibrationInputs inputs, RepairOptions options)
    {
        var student = new BiasInsertion().Run(CifarResNet.Build(CifarResNet.ResNet20));
        var map = CouplingMap.Of(student);
        var scores = UnitScores.Of(map, UnitCriteria.L2);
        // The inner width of a block: one producer, one consumer.
        var inner = map.Groups.Where(group => group.Members.Count(member => member.Role == MemberRole.Output) == 1 && group.Members.Count(member => member.Role == MemberRole.Input) == 1 && group.Name.EndsWith("conv1", StringComparison.Ordinal));
        var removals = inner.ToDictionary(group => group, group => (IReadOnlyCollection<int>)Enumerable.Range(0, group.Size).OrderBy(unit => scores[group]![unit]).Take(group.Size / 2).ToArray());
        Assert.Equal(9, removals.Count);
        new ConsumerRepair(dense, map, removals, options).Run(inputs);
        var cut = GraphSurgery.Cut(map, removals).Graph;
        var macs = CostModel.Measure(cut, new Dictionary<string, long> { ["n"] = 1 }).Macs;
        Assert.InRange(1 - (macs / 40_551_040.0), 0.47, 0.50);
        return cut;
    }
}
