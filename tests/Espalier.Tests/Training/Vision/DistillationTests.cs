using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Espalier.Torch.Training;
using Espalier.Torch.Training.Vision;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training.Vision;

/// <summary>Losses against closed forms in double, and what distillation must not change.</summary>
public sealed class DistillationTests
{
    private static readonly BlockPair[] s_pairs = [new("block1", "block1"), new("block2", "block2")];

    private static readonly double[,] s_logits = { { 1.5, -0.3, 0.2 }, { -1, 0.4, 2 } }, s_taught = { { 0.3, 0.1, -0.7 }, { 1, 0.5, 0.25 } };

    public DistillationTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ImageTrainingOptions Options => new() { Steps = 6, BatchSize = 8, LearningRate = 0.1, Seed = 3, LogInterval = 1 };

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Cross_entropy_with_smoothed_labels_has_its_closed_form(double smoothing)
    {
        using var scope = NewDisposeScope();
        int[] labels = [2, 0];
        var expected = 0.0;
        for (var i = 0; i < 2; i++)
        {
            var logs = LogSoftmax(s_logits, i, 1);
            for (var c = 0; c < 3; c++) expected -= (((c == labels[i] ? 1 - smoothing : 0) + (smoothing / 3)) * logs[c]) / 2;
        }
        Assert.Equal(expected, ClassificationLoss.CrossEntropy(tensor(s_logits), tensor(new long[] { 2, 0 }), smoothing).item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_distillation_of_logits_has_its_closed_form(double temperature)
    {
        using var scope = NewDisposeScope();
        var expected = 0.0;
        for (var i = 0; i < 2; i++)
        {
            var (own, taught) = (LogSoftmax(s_logits, i, temperature), LogSoftmax(s_taught, i, temperature));
            for (var c = 0; c < 3; c++) expected += Math.Exp(taught[c]) * (taught[c] - own[c]) * temperature * temperature / 2;
        }
        Assert.Equal(expected, ClassificationLoss.Distilled(tensor(s_logits), tensor(s_taught), temperature).item<double>(), 1e-12);
    }

    [Fact]
    public void An_unpruned_student_has_an_inner_loss_and_gradient_of_exactly_zero()
    {
        using var scope = NewDisposeScope();
        var graph = TinyNetwork.Build();
        var plan = ClassifierPlan.Create(graph, values: ["block1", "block2"]);
        using var module = new GraphModule(graph, CPU);
        using var teacher = new Teacher(new Distillation { Teacher = graph, InnerWeight = 1, Pairs = s_pairs }, CPU);
        using var maps = new InnerMaps(s_pairs, _ => [1, 4], _ => [1, 4], 0, ScalarType.Float32, CPU);
        Assert.Empty(maps.Maps);
        var input = rand(4, 3, 6, 6, generator: new Generator(1));
        var (own, taught) = (module.Run(plan.Plan, new Dictionary<Value, Tensor> { [plan.Input] = input }), teacher.Run(input));
        scope.Attach(own);
        scope.Attach(taught);
        Assert.DoesNotContain(taught, tensor => tensor.requires_grad);
        var loss = maps.Loss(name => plan.Value(own, name), name => teacher.Plan.Value(taught, name));
        Assert.Equal(0f, loss.item<float>());
        Assert.All(Gradients.Of(loss, [.. module.Trainable.Values]), gradient => Assert.Equal(0f, gradient.abs().max().item<float>()));
        // The trainer reports the same zero before its first step, with frozen statistics.
        var messages = Run(graph, Options with { TrainStatistics = false }, new Distillation { Teacher = graph, InnerWeight = 30, Pairs = s_pairs }, out _);
        Assert.Equal(0, messages[0].InnerLoss);
        Assert.Equal(messages[0].LabelLoss, messages[0].Loss);
        Assert.True(messages[^1].InnerLoss > 0, "the student stood still");
    }

    [Fact]
    public void Weights_of_zero_give_plain_training_bit_for_bit()
    {
        var plain = Run(TinyNetwork.Build(), Options, null, out var weights);
        var distilled = Run(TinyNetwork.Build(), Options, new Distillation { Teacher = TinyNetwork.Build(width: 7, seed: 9), InnerWeight = 0, Pairs = s_pairs }, out var others);
        Assert.Equal(weights, others);
        Assert.Equal(plain.Select(message => message.Loss), distilled.Select(message => message.Loss));
        // The teacher's logits alone do change the run.
        Run(TinyNetwork.Build(), Options, new Distillation { Teacher = TinyNetwork.Build(width: 7, seed: 9), LogitWeight = 0.5 }, out var taught);
        Assert.NotEqual(weights, taught);
    }

    [Fact]
    public void The_loss_is_the_weighted_sum_and_the_inner_part_falls_although_widths_differ()
    {
        var teacher = TinyNetwork.Build(width: 6, seed: 7);
        var before = TinyNetwork.Bytes(teacher);
        var student = TinyNetwork.Build();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var messages = Run(student, Options with { Steps = 80, LearningRate = 0.05, Schedule = RateShape.Constant },
            new Distillation { Teacher = teacher, LogitWeight = 0.25, InnerWeight = 3, Pairs = s_pairs }, out _);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.All(messages, message => Assert.Equal((0.75 * message.LabelLoss) + (0.25 * message.LogitLoss) + (3 * message.InnerLoss), message.Loss, 1e-5));
        Assert.True(messages[^1].InnerLoss < messages[0].InnerLoss / 3, $"inner loss {messages[0].InnerLoss} fell to {messages[^1].InnerLoss} only");
        Assert.Equal(before, TinyNetwork.Bytes(teacher));
        // Maps belong to the trainer alone.
        Assert.DoesNotContain(student.Parameters.Keys, name => name.Contains("map", StringComparison.Ordinal));
    }

    [Fact]
    public void A_teacher_may_stand_for_labels()
    {
        var messages = new List<ImageTrainingProgress>();
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        using var trainer = new ImageTrainer(module, new PreparedImages(new ToyImages(24, labelled: false), new ImagePreprocessing()), Options with { Steps = 40 },
            new Distillation { Teacher = TinyNetwork.Build(width: 6, seed: 7), LogitWeight = 1, Temperature = 2 });
        trainer.Run(new Heard(messages.Add), Token);
        Assert.All(messages, message => Assert.Equal((0, message.LogitLoss), (message.LabelLoss, message.Loss)));
        Assert.True(messages[^1].LogitLoss < messages[0].LogitLoss / 2, $"loss {messages[0].LogitLoss} fell to {messages[^1].LogitLoss} only");
    }

    [Fact]
    public void Maps_mix_channels_of_the_axis_that_differs()
    {
        using var scope = NewDisposeScope();
        using var maps = new InnerMaps([new("s", "t")], _ => [1, 2, 3], _ => [1, 4, 3], 5, ScalarType.Float64, CPU);
        var map = maps.Maps.Single().Map;
        Assert.Equal([4, 2], map.shape);
        var (s, t) = (rand(2, 2, 3, ScalarType.Float64), rand(2, 4, 3, ScalarType.Float64));
        var expected = 0.0;
        for (var i = 0; i < 24; i++)
        {
            var (n, c, p) = (i / 12, i / 3 % 4, i % 3);
            var mapped = (map[c, 0] * s[n, 0, p]) + (map[c, 1] * s[n, 1, p]);
            expected += Math.Pow((mapped - t[n, c, p]).item<double>(), 2) / 24;
        }
        Assert.Equal(expected, maps.Loss(_ => s, _ => t).item<double>(), 1e-12);
        var error = Assert.Throws<UsageException>(() => new InnerMaps([new("s", "t")], _ => [1, 2, 3], _ => [1, 4, 5], 5, ScalarType.Float64, CPU));
        Assert.Contains("may differ in their width only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_weights_that_make_no_sense_are_refused()
    {
        string Refusal(Distillation distillation) => Assert.Throws<UsageException>(() => Run(TinyNetwork.Build(), Options, distillation, out _)).Message;
        var teacher = TinyNetwork.Build(classes: 4);
        Assert.Contains("no value 'block3'", Refusal(new Distillation { Teacher = teacher, InnerWeight = 1, Pairs = [new("block2", "block3")] }), StringComparison.Ordinal);
        Assert.Contains("4 classes apart and the student 3", Refusal(new Distillation { Teacher = teacher, LogitWeight = 0.5 }), StringComparison.Ordinal);
        Assert.Contains("'inner-weight'", Refusal(new Distillation { Teacher = teacher, InnerWeight = 1 }), StringComparison.Ordinal);
    }

    private static List<ImageTrainingProgress> Run(Graph graph, ImageTrainingOptions options, Distillation? distillation, out byte[] weights)
    {
        var messages = new List<ImageTrainingProgress>();
        using var module = new GraphModule(graph, CPU);
        using var trainer = new ImageTrainer(module, ToyImages.Prepared(24), options, distillation);
        trainer.Run(new Heard(messages.Add), Token);
        weights = [.. module.Trainable.Values.Concat(module.Statistics.Values).SelectMany(tensor => TensorInterop.ToData(tensor).ToBytes())];
        return messages;
    }

    private static double[] LogSoftmax(double[,] logits, int row, double temperature)
    {
        var scaled = Enumerable.Range(0, 3).Select(c => logits[row, c] / temperature).ToArray();
        var log = Math.Log(scaled.Sum(Math.Exp));
        return [.. scaled.Select(value => value - log)];
    }

    private sealed class Heard(Action<ImageTrainingProgress> hear) : IProgress<ImageTrainingProgress>
    {
        public void Report(ImageTrainingProgress value) => hear(value);
    }
}
