using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Methods.Structure;
using Espalier.Solvers;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Tests.Methods.Structure;

/// <summary>Least-squares repair on the trained CIFAR ResNet-20: what the sketch beside the peer's figures reaches must be reached here.</summary>
public sealed class ConsumerRepairTests
{
    private static readonly ImagePreprocessing Preprocessing = new() { Normalization = ImageNormalization.Cifar10 };

    [Fact]
    public void Half_of_the_inner_widths_are_repaired()
    {
        var weights = SharedData.Require("models", "cifar10-resnet", "resnet20-12fca82f.safetensors");
        var train = SharedData.Require("images", "cifar10_lossless_train4000.npz");
        var test = SharedData.Require("images", "cifar10_test_jpg.zip");
        using var checkpoint = SafetensorsFile.Open(weights);
        using var trainSet = DataSource.OpenImages(new ImageRequest { Path = train });
        using var testSet = DataSource.OpenImages(new ImageRequest { Path = test });
        var count = int.Parse(Environment.GetEnvironmentVariable("N") ?? "1000");
        AccuracyReport Accuracy(Graph graph) => AccuracyEvaluator.Measure(graph, new PreparedImages(testSet, Preprocessing), count);

        var dense = CifarResNet.Build(checkpoint);
        var lines = new List<string> { $"dense {Accuracy(dense).Top1}" };
        using var inputs = CalibrationInputs.FromImages(new PreparedImages(trainSet, Preprocessing), "x", 512, 128, new ImageAugmentation { CropPadding = 4, HorizontalFlip = true });
        foreach (var options in (RepairOptions[])[new() { Variant = RepairVariant.None }, new() { DenseTarget = false }, new() { ResidualTarget = false }, new()])
        {
            var student = new BiasInsertion().Run(CifarResNet.Build(checkpoint));
            var map = CouplingMap.Of(student);
            if (lines.Count == 1) lines.AddRange(map.Groups.Select(group => group.ToString()));
            var removals = map.Groups.Where(group => group.Members.Count == 7).ToDictionary(group => group, group => (IReadOnlyCollection<int>)Smallest(group, group.Size / 2));
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var records = new ConsumerRepair(dense, map, removals, options).Run(inputs);
            var cut = GraphSurgery.Cut(CouplingMap.Of(student), CouplingMap.Of(student).Groups.Where(group => group.Members.Count == 7).ToDictionary(group => group, group => removals[map.Groups[group.Index]])).Graph;
            lines.Add($"{options} {Accuracy(cut).Top1} {watch.Elapsed} {string.Join("; ", records.SelectMany(record => record.Messages))} {CostModel.Measure(cut, new Dictionary<string, long> { ["batch"] = 1 }).Macs}");
        }
        Assert.Fail(string.Join("\n", lines));
    }

    private static int[] Smallest(CoupledGroup group, int count)
    {
        var scores = new double[group.Size];
        foreach (var member in group.Members.Where(member => member.Role == MemberRole.Output || member.Role == MemberRole.Input))
        {
            var values = member.Parameter.Data.ToSingles();
            var inner = member.Parameter.Shape.AsSpan()[(member.Axis + 1)..].ToArray().Aggregate(1L, (a, b) => a * b);
            for (var i = 0; i < values.Length; i++)
            {
                if (member.Units[(int)(i / inner % member.Parameter.Shape[member.Axis])] is var unit and >= 0) scores[unit] += values[i] * values[i];
            }
        }
        return [.. Enumerable.Range(0, group.Size).OrderBy(unit => scores[unit]).Take(count)];
    }
}
