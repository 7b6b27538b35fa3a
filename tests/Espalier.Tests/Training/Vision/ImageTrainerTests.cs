using System.Text.RegularExpressions;
using Espalier.Data;
using Espalier.Formats.Onnx;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Testing;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Espalier.Torch.Training;
using Espalier.Torch.Training.Vision;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training.Vision;

/// <summary>Runs of the trainer over a tiny network.</summary>
public sealed partial class ImageTrainerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-vision-");

    public ImageTrainerTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ImageTrainingOptions Options => new()
    {
        Steps = 10,
        BatchSize = 8,
        LearningRate = 0.1,
        WarmupSteps = 2,
        ClipNorm = 5,
        Augmentation = new ImageAugmentation { CropPadding = 1 },
        Seed = 5,
        LogInterval = 3,
        CheckpointInterval = 4,
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(ImageOptimizer.Sgd, false, 0.1)]
    [InlineData(ImageOptimizer.Sgd, true, 0.1)]
    [InlineData(ImageOptimizer.AdamW, false, 0.02)]
    public void The_loss_falls(ImageOptimizer optimizer, bool nesterov, double rate)
    {
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        var messages = new List<ImageTrainingProgress>();
        var options = Options with { Steps = 120, LearningRate = rate, Optimizer = optimizer, Nesterov = nesterov, Augmentation = null, LogInterval = 1, LabelSmoothing = 0.01 };
        using var trainer = new ImageTrainer(module, ToyImages.Prepared(48), options);
        var result = trainer.Run(new Heard(messages.Add), Token);
        Assert.Equal(120, messages.Count);
        Assert.Equal(960, result.Images);
        Assert.True(messages[0].Loss > 0.7, $"loss at the start {messages[0].Loss}");
        Assert.True(result.FinalLoss < messages[0].Loss / 2.5, $"loss {messages[0].Loss} fell to {result.FinalLoss} only");
        Assert.False(module.training);
        Assert.Equal(options.RateAt(17, 120), messages[16].LearningRate);
        Assert.Equal(20, messages[^1].Epoch);
    }

    [Theory]
    [InlineData(0, ImageOptimizer.Sgd, ElementType.F32)]
    [InlineData(3, ImageOptimizer.Sgd, ElementType.F32)]
    [InlineData(9, ImageOptimizer.Sgd, ElementType.F64)]
    [InlineData(6, ImageOptimizer.AdamW, ElementType.F32)]
    public void A_stopped_run_ends_with_the_same_bits_and_log(int stopAfter, ImageOptimizer optimizer, ElementType type)
    {
        var options = Options with { Optimizer = optimizer };
        var whole = Train("whole", options, type: type);
        Assert.Null(Train("stopped", options, stopAfter, type));
        Assert.Equal(whole, Train("stopped", options, type: type));
        Assert.Equal(Log("whole"), Log("stopped"));
        Assert.Equal(4, Log("whole").Length);
        // Another seed is another run.
        Assert.NotEqual(whole, Train("other", options with { Seed = 6 }));
        var error = Assert.Throws<UsageException>(() => Train("stopped", options with { LearningRate = 0.2 }));
        Assert.Contains("belongs to a run with other options", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_and_saving_leave_no_tensor_behind()
    {
        Train("first", Options);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Train("second", Options, stopAfter: 3);
        Train("second", Options);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Frozen_statistics_stay_and_vectors_decay_only_if_asked()
    {
        var graph = TinyNetwork.Build();
        using var module = new GraphModule(graph, CPU);
        var options = Options with { TrainStatistics = false, Steps = 1, WarmupSteps = 0, Schedule = RateShape.Constant, WeightDecay = 0.5, ClipNorm = null, LearningRate = 0.1, Augmentation = null };
        Dictionary<string, float[]> After(bool vectors)
        {
            using var own = new GraphModule(graph, CPU);
            using var trainer = new ImageTrainer(own, ToyImages.Prepared(8), options with { DecayVectors = vectors });
            trainer.Run(cancellation: Token);
            foreach (var (name, statistic) in own.Statistics) Assert.Equal(Values(module.Statistics[name]), Values(statistic));
            return own.Trainable.ToDictionary(pair => pair.Key, pair => Values(pair.Value));
        }
        var (plain, decayed) = (After(false), After(true));
        Assert.Equal(plain["conv1.weight"], decayed["conv1.weight"]);
        var start = Values(module.Trainable["bn1.weight"]);
        // One step of the decay: rate * decay * weight.
        for (var i = 0; i < start.Length; i++) Assert.Equal(plain["bn1.weight"][i] - (0.1 * 0.5 * start[i]), decayed["bn1.weight"][i], 1e-6);
    }

    [Fact]
    public void Masks_of_kernels_are_kept()
    {
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        var mask = Mask.Full(5, 36);
        for (var column = 0; column < 36; column += 2) mask[2, column] = false;
        using var guard = new MaskGuard(module, new Dictionary<string, Mask> { ["conv2.weight"] = mask });
        using var trainer = new ImageTrainer(module, ToyImages.Prepared(16), Options, guard: guard);
        trainer.Run(cancellation: Token);
        var values = Values(module.Trainable["conv2.weight"]);
        for (var i = 0; i < values.Length; i++) Assert.Equal(i / 36 == 2 && i % 2 == 0, values[i] == 0);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        using var module = new GraphModule(TinyNetwork.Build(), CPU);
        string Refusal(PreparedImages images, ImageTrainingOptions options) => Assert.Throws<UsageException>(() => new ImageTrainer(module, images, options)).Message;
        Assert.Contains("no labels", Refusal(new PreparedImages(new ToyImages(8, labelled: false), new ImagePreprocessing()), Options), StringComparison.Ordinal);
        Assert.Contains("4 classes, but the model tells 3 apart", Refusal(ToyImages.Prepared(8, classes: 4), Options), StringComparison.Ordinal);
        Assert.Contains("'momentum'", Refusal(ToyImages.Prepared(8), Options with { Momentum = 1 }), StringComparison.Ordinal);
        using (no_grad()) module.Trainable["linear.bias"].fill_(float.NaN);
        using var trainer = new ImageTrainer(module, ToyImages.Prepared(8), Options);
        Assert.Contains("at step 1", Assert.Throws<EspalierException>(() => trainer.Run(cancellation: Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_rates_have_their_closed_forms()
    {
        var cosine = new ImageTrainingOptions { LearningRate = 2, WarmupSteps = 4, FinalFraction = 0.1 };
        Assert.Equal([0.5, 1, 1.5, 2, 2], Enumerable.Range(1, 5).Select(step => cosine.RateAt(step, 12)));
        Assert.Equal(1.1, cosine.RateAt(9, 12), 1e-12);
        Assert.Equal(0.2 + (0.9 * (1 - Math.Cos(Math.PI / 8))), cosine.RateAt(12, 12), 1e-12);
        var steps = new ImageTrainingOptions { LearningRate = 2, Schedule = RateShape.Step, Milestones = [0.5, 0.8], StepFactor = 0.5 };
        Assert.Equal([2, 2, 2, 2, 2, 1, 1, 1, 0.5, 0.5], Enumerable.Range(1, 10).Select(step => steps.RateAt(step, 10)));
        Assert.Equal(2, (steps with { Schedule = RateShape.Constant }).RateAt(10, 10));
    }

    [Theory]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.F64)]
    [InlineData(ElementType.F16)]
    public void An_ONNX_file_is_trained_and_stays_one(ElementType type)
    {
        var (source, target) = (Path.Combine(_folder.FullName, "source.onnx"), Path.Combine(_folder.FullName, "target.onnx"));
        OnnxWriter.Write(TinyNetwork.Build(type, softmax: true), source, new OnnxWriteOptions { WeightType = null });
        using var model = OnnxModel.Open(source);
        using var module = new GraphModule(model.Graph, CPU);
        using (var trainer = new ImageTrainer(module, ToyImages.Prepared(16), Options)) trainer.Run(cancellation: Token);
        module.WriteBack(keepTypes: true);
        OnnxWriter.Write(model.Graph, target, model.WriteOptions);

        using var scope = NewDisposeScope();
        var images = ToyImages.Prepared(5);
        var values = new float[5 * images.Shape.Length];
        images.Fill([0, 1, 2, 3, 4], values);
        var input = tensor(values, [5, 3, 6, 6]).to(type == ElementType.F64 ? ScalarType.Float64 : ScalarType.Float32);
        using var own = module.call(input);
        using var again = OnnxModel.Open(target);
        Assert.Equal(model.Graph.Parameters.Values.Select(parameter => parameter.ToString()), again.Graph.Parameters.Values.Select(parameter => parameter.ToString()));
        // What was trained in 32 bits is rounded to the file's 16.
        var tolerance = type == ElementType.F16 ? 2e-3 : 0;
        Assert.All(Values(module.Statistics["bn2.variance"]).Zip(Values(TensorInterop.ToTensor(again.Graph.Parameters["bn2.variance"].Data, CPU))), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        // ONNX Runtime has convolutions of 32-bit floats only on the CPU.
        if (type != ElementType.F32) return;
        var (before, after) = (Runtime(source, input), Runtime(target, input));
        var expected = TensorInterop.ToTensor(after, CPU);
        Assert.True(own.sub(expected).abs().max().item<float>() < 1e-6, "the runtime computes other probabilities");
        Assert.True(TensorInterop.ToTensor(before, CPU).sub(expected).abs().max().item<float>() > 1e-2, "training changed nothing");
    }

    private static TensorData Runtime(string path, Tensor input) =>
        RuntimeOutputs.Run(path, new Dictionary<string, TensorData> { ["input"] = TensorInterop.ToData(input) })["probabilities"];

    /// <summary>The parameters after the run, or null if it was stopped before.</summary>
    private byte[]? Train(string folder, ImageTrainingOptions options, int? stopAfter = null, ElementType type = ElementType.F32)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder.FullName, folder)).FullName;
        var graph = TinyNetwork.Build(type, seed: 2);
        var teacher = new Distillation { Teacher = TinyNetwork.Build(type, width: 6), LogitWeight = 0.4, InnerWeight = 2, Pairs = [new("block1", "block1"), new("block2", "block2")] };
        using var module = new GraphModule(graph, CPU);
        using var source = new CancellationTokenSource();
        if (stopAfter == 0) source.Cancel();
        using var trainer = new ImageTrainer(module, ToyImages.Prepared(30), options, teacher, folder: path);
        trainer.TryResume();
        // Messages come at every third step.
        var heard = new Heard(progress =>
        {
            if (progress.Step == stopAfter) source.Cancel();
        });
        try
        {
            trainer.Run(heard, source.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(stopAfter, trainer.Step);
            return null;
        }
        module.WriteBack(keepTypes: true);
        return TinyNetwork.Bytes(graph);
    }

    // Times differ from run to run.
    private string[] Log(string folder) => [.. File.ReadAllLines(Path.Combine(_folder.FullName, folder, TrainingLog.FileName)).Select(line => Times().Replace(line, ""))];

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    [GeneratedRegex("\"(images_per_second|seconds)\":[0-9.]+")]
    private static partial Regex Times();

    private sealed class Heard(Action<ImageTrainingProgress> hear) : IProgress<ImageTrainingProgress>
    {
        public void Report(ImageTrainingProgress value) => hear(value);
    }
}
