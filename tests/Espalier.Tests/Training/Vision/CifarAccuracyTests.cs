using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Graphs;
using Espalier.Testing;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training.Vision;

/// <summary>Accuracies of the CIFAR ResNets against the figures that were recorded with PyTorch.</summary>
public sealed class CifarAccuracyTests
{
    public CifarAccuracyTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ResNet20_has_the_recorded_accuracy_on_its_training_pictures()
    {
        using var set = Lossless();
        using var part = SelectedImages.Range(set, 2000, 2000);
        var report = Evaluate(CifarResNet.Build(CifarResNet.ResNet20), part);
        // The record: 99.75 % of pictures 2000 to 3999.
        Assert.Equal(0.9975, report.Top1, 1e-9);
    }

    private static Reports.AccuracyReport Evaluate(Graph graph, ImageSet images)
    {
        using var evaluator = new AccuracyEvaluator(graph, CPU);
        return evaluator.Evaluate(new PreparedImages(images, CifarResNet.Preprocessing), cancellation: Token);
    }

    private static ImageSet Lossless() => DataSource.OpenImages(new ImageRequest { Path = SharedData.Require("images", "cifar10_lossless_train4000.npz") });

}
