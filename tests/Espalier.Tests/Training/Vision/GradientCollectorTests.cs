using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Tensors;
using Espalier.Tests.Conformance;
using Espalier.Torch.Calibration;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training.Vision;

/// <summary>Collected gradients against differences of the loss, which the evaluator of accuracy computes.</summary>
public sealed class GradientCollectorTests
{
    private static readonly PreparedImages s_images = ToyImages.Prepared(10);

    public GradientCollectorTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_mean_gradient_is_that_of_the_loss_over_all_images_whatever_the_batches()
    {
        using var module = new GraphModule(TinyNetwork.Build(ElementType.F64, sharp: false), CPU);
        // Batches of 4, 4 and 2.
        var report = new GradientCollector(module).Collect(s_images, new GradientRequest { BatchSize = 4 }, cancellation: Token);
        Assert.Equal(10, report.Images);
        Assert.Equal(Loss(module), report.Loss, 1e-9);
        Assert.Empty(report.Squared);
        Assert.Empty(report.HessianProduct);
        foreach (var (name, gradient) in report.Mean)
        {
            var numeric = new double[gradient.Length];
            for (var i = 0; i < numeric.Length; i++) numeric[i] = (Moved(module, name, i, 1e-4) - Moved(module, name, i, -1e-4)) / 2e-4;
            Assert.True(TensorComparison.Difference(numeric, [.. gradient], ToleranceClass.Gradient) is null, $"{name}: {TensorComparison.Difference(numeric, [.. gradient], ToleranceClass.Gradient)}");
        }
        Assert.DoesNotContain("bn1.mean", report.Mean.Keys);
    }

    [Fact]
    public void Two_halves_give_the_mean_of_the_whole()
    {
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        var collector = new GradientCollector(module);
        var whole = collector.Collect(s_images, new GradientRequest(), cancellation: Token).Mean["conv2.weight"];
        using var set = new ToyImages(10);
        var halves = new[] { 0, 5 }.Select(start => collector.Collect(
            new PreparedImages(SelectedImages.Range(set, start, 5), new ImagePreprocessing()), new GradientRequest(), cancellation: Token).Mean["conv2.weight"]).ToArray();
        for (var i = 0; i < whole.Length; i++) Assert.Equal((halves[0][i] + halves[1][i]) / 2, whole[i], 1e-6);
    }

    [Fact]
    public void Squares_are_taken_of_every_image_or_of_every_batch()
    {
        using var module = new GraphModule(TinyNetwork.Build(ElementType.F64), CPU);
        var collector = new GradientCollector(module);
        using var set = new ToyImages(10);
        double[][] Means(int size) => [.. Enumerable.Range(0, 10 / size).Select(i => collector.Collect(new PreparedImages(SelectedImages.Range(set, i * size, size), new ImagePreprocessing()),
            new GradientRequest(), cancellation: Token).Mean["conv1.weight"].Select(value => (double)value).ToArray())];
        var images = collector.Collect(s_images, new GradientRequest { BatchSize = 4, Squares = SquaredGradients.PerImage }, cancellation: Token).Squared["conv1.weight"];
        var batches = collector.Collect(s_images, new GradientRequest { BatchSize = 5, Squares = SquaredGradients.PerBatch }, cancellation: Token).Squared["conv1.weight"];
        var (single, fives) = (Means(1), Means(5));
        for (var i = 0; i < images.Length; i++)
        {
            Assert.Equal(single.Average(gradient => gradient[i] * gradient[i]), images[i], 1e-7);
            Assert.Equal(fives.Average(gradient => gradient[i] * gradient[i]), batches[i], 1e-7);
        }
        Assert.True(images.Sum() > 1.5 * batches.Sum(), "squares of means are as large as means of squares");
    }

    [Fact]
    public void The_Hessian_product_is_the_change_of_the_gradient_along_itself()
    {
        using var module = new GraphModule(TinyNetwork.Build(ElementType.F64, sharp: false), CPU);
        var collector = new GradientCollector(module);
        var report = collector.Collect(s_images, new GradientRequest { BatchSize = 4, HessianProduct = true }, cancellation: Token);
        const double Step = 1e-3;
        IReadOnlyDictionary<string, float[]> Along(double step)
        {
            using (no_grad())
            {
                foreach (var (name, gradient) in report.Mean)
                {
                    using var scope = NewDisposeScope();
                    module.Trainable[name].add_(tensor(gradient).reshape(module.Trainable[name].shape).to(ScalarType.Float64), step);
                }
            }
            return collector.Collect(s_images, new GradientRequest(), cancellation: Token).Mean;
        }
        var ahead = Along(Step);
        var behind = Along(-2 * Step);
        foreach (var (name, product) in report.HessianProduct)
        {
            // Gradients are given in 32 bits, so their difference over the step is good to some 1e-5.
            for (var i = 0; i < product.Length; i++) Assert.Equal((ahead[name][i] - behind[name][i]) / (2 * Step), product[i], 1e-4);
        }
        Assert.True(report.HessianProduct["conv1.weight"].Max(Math.Abs) > 1e-2, "the product is small, so little was checked");
    }

    [Fact]
    public void Activations_are_averaged_without_their_signs_per_channel()
    {
        using var scope = NewDisposeScope();
        var graph = TinyNetwork.Build(ElementType.F64);
        using var module = new GraphModule(graph, CPU);
        var report = new GradientCollector(module).Collect(s_images, new GradientRequest { BatchSize = 4, Activations = new Dictionary<string, int> { ["block1"] = 1, ["logits"] = -1 } }, cancellation: Token);
        var plan = ClassifierPlan.Create(graph, values: ["block1"]);
        var all = new float[10 * s_images.Shape.Length];
        s_images.Fill([.. Enumerable.Range(0, 10)], all);
        var results = module.RunEvaluating(plan.Plan, plan.Feeds(all, 10, s_images.Shape, CPU));
        scope.Attach(results);
        var values = TensorComparison.Doubles(plan.Value(results, "block1"));
        for (var c = 0; c < 4; c++)
        {
            Assert.Equal(Enumerable.Range(0, 360).Average(i => Math.Abs(values[(i / 36 * 144) + (c * 36) + (i % 36)])), report.Activations["block1"][c], 1e-6);
        }
        Assert.Equal(3, report.Activations["logits"].Length);
        Assert.Contains("no value 'block9'", Assert.Throws<UsageException>(() =>
            new GradientCollector(module).Collect(s_images, new GradientRequest { Activations = new Dictionary<string, int> { ["block9"] = 1 } }, cancellation: Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Collecting_leaves_nothing_behind_and_does_not_change_the_module()
    {
        var graph = TinyNetwork.Build();
        using var module = new GraphModule(graph, CPU);
        module.train();
        var everything = new GradientRequest { BatchSize = 4, Squares = SquaredGradients.PerImage, HessianProduct = true, Activations = new Dictionary<string, int> { ["block1"] = 1 } };
        var first = new GradientCollector(module).Collect(s_images, everything, cancellation: Token);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var second = new GradientCollector(module).Collect(s_images, everything, cancellation: Token);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var (name, values) in first.HessianProduct) Assert.Equal(values, second.HessianProduct[name]);
        var written = TinyNetwork.Bytes(graph);
        module.WriteBack();
        Assert.Equal(written, TinyNetwork.Bytes(graph));
        Assert.All(module.Trainable.Values, weight => Assert.Null(weight.grad));
    }

    private static double Loss(GraphModule module)
    {
        using var evaluator = new AccuracyEvaluator(module);
        return evaluator.Evaluate(s_images, cancellation: Token).MeanLoss;
    }

    /// <summary>The loss with one weight moved.</summary>
    private static double Moved(GraphModule module, string name, int index, double shift)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weight = module.Trainable[name].view(-1)[index];
        weight.add_(shift);
        var loss = Loss(module);
        weight.sub_(shift);
        return loss;
    }
}
