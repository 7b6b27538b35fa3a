using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Graphs;
using Espalier.Reports;
using Espalier.Tensors;
using Espalier.Tests.Training.Vision;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Evaluation;

/// <summary>The evaluator of accuracy against results that can be counted by hand.</summary>
public sealed class AccuracyTests
{
    public AccuracyTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Constant_logits_give_the_shares_and_the_loss_that_follow()
    {
        // Seven classes; the images have the labels 0, 1, 2, 0, 1, 2, 0. The logits stand in the bias: of equal ones the first is the larger.
        double[] logits = [1, 1, 0, 3, 2, 2, 4];
        var report = Evaluate(Constant(logits), ToyImages.Prepared(7), batchSize: 3);
        Assert.Equal(0, report.Top1);
        // Before class 0 stand 3, 4, 5 and 6: rank 4. Before class 1 also class 0.
        Assert.Equal(3 / 7.0, report.Top5!.Value, 1e-12);
        var log = Math.Log(logits.Sum(Math.Exp));
        Assert.Equal(((3 * (log - 1)) + (2 * (log - 1)) + (2 * log)) / 7, report.MeanLoss, 1e-6);
        Assert.Equal((7, 7, 3, "logits", "toy-7"), (report.Images, report.Classes, report.BatchSize, report.Output, report.DataSha256));
        Assert.StartsWith("7 images as 3x6x6", report.Preparation, StringComparison.Ordinal);
        var equal = Evaluate(Constant([0, 0, 0]), ToyImages.Prepared(7));
        Assert.Equal(3 / 7.0, equal.Top1, 1e-12);
        Assert.Null(equal.Top5);
    }

    [Fact]
    public void A_softmax_at_the_end_is_left_out_and_a_module_gives_the_same()
    {
        var plain = Evaluate(TinyNetwork.Build(), ToyImages.Prepared(20));
        var softmax = Evaluate(TinyNetwork.Build(softmax: true), ToyImages.Prepared(20), batchSize: 20);
        Assert.Equal(plain.Top1, softmax.Top1);
        Assert.Equal(plain.MeanLoss, softmax.MeanLoss, 1e-7);
        Assert.Equal("logits", softmax.Output);
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        module.train();
        var statistics = TensorInterop.ToData(module.Statistics["bn1.mean"]).ToBytes();
        using var evaluator = new AccuracyEvaluator(module);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Equal(plain.MeanLoss, evaluator.Evaluate(ToyImages.Prepared(20), cancellation: Token).MeanLoss);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(module.training);
        Assert.Equal(statistics, TensorInterop.ToData(module.Statistics["bn1.mean"]).ToBytes());
    }

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        Assert.Contains("no labels", Assert.Throws<UsageException>(() => Evaluate(TinyNetwork.Build(), new PreparedImages(new ToyImages(4, labelled: false), new ImagePreprocessing()))).Message, StringComparison.Ordinal);
        Assert.Contains("4 classes, but the model tells 3 apart", Assert.Throws<UsageException>(() => Evaluate(TinyNetwork.Build(), ToyImages.Prepared(8, classes: 4))).Message, StringComparison.Ordinal);
        Assert.Contains("the loss is not a number", Assert.Throws<EspalierException>(() => Evaluate(Constant([0, double.NaN, 0]), ToyImages.Prepared(4))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'block1'", Assert.Throws<UsageException>(() => new AccuracyEvaluator(TinyNetwork.Build(), CPU, "blocks1")).Message, StringComparison.Ordinal);
        Assert.Contains("logits are [images, classes]", Assert.Throws<EspalierException>(() =>
        {
            using var evaluator = new AccuracyEvaluator(TinyNetwork.Build(), CPU, "block1");
            evaluator.Evaluate(ToyImages.Prepared(4), cancellation: Token);
        }).Message, StringComparison.Ordinal);
    }

    private static AccuracyReport Evaluate(Graph graph, PreparedImages images, int batchSize = 250)
    {
        using var evaluator = new AccuracyEvaluator(graph, CPU);
        return evaluator.Evaluate(images, batchSize, cancellation: Token);
    }

    /// <summary>A network whose logits are its bias; they keep two axes of size 1, as a convolution at the end leaves them.</summary>
    private static Graph Constant(double[] logits)
    {
        var builder = new GraphBuilder("constant", 17);
        var x = builder.Op("GlobalAveragePool", [builder.Graph.AddInput("input", ElementType.F32, "n", 3, 6, 6)]);
        var weight = builder.Graph.AddParameter("weight", ArrayTensorData.FromSingles(new TensorShape(logits.Length, 3, 1, 1), new float[3 * logits.Length])).Value;
        var bias = builder.Graph.AddParameter("bias", ArrayTensorData.FromSingles(new TensorShape(logits.Length), Array.ConvertAll(logits, logit => (float)logit))).Value;
        builder.Graph.AddOutput(builder.NamedOp("Conv", [x, weight, bias], ["logits"])[0]);
        return builder.Graph;
    }
}
