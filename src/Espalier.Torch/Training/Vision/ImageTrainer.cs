using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Espalier.Data;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>
/// Trains an image classifier in place, alone or with a teacher. Equal seeds give equal bits (same machine, same number of threads). A run with a folder keeps
/// a log and checkpoints there; stopped at any point, it continues with <see cref="TryResume"/> and ends with the same bits as one that was not stopped.
/// </summary>
public sealed class ImageTrainer : IDisposable
{
    private readonly GraphModule _module;
    private readonly PreparedImages _images;
    private readonly ImageTrainingOptions _options;
    private readonly MaskGuard? _guard;
    private readonly string? _folder;
    private readonly ImageBatches _batches;
    private readonly StudentLoss _loss;
    private readonly List<Tensor> _trained;
    private readonly IOptimizer _optimizer;
    private readonly string _fingerprint;
    private LossSums _sums;
    private double _earlierSeconds;

    /// <summary>Prepares a run.</summary>
    /// <param name="module">The model; its parameters and statistics are trained in place. Write them back into the graph with <see cref="GraphModule.WriteBack"/>.</param>
    /// <param name="images">Images to train on, with labels unless a teacher stands for them.</param>
    /// <param name="options">How to train.</param>
    /// <param name="distillation">What to learn from a teacher; null for labels alone.</param>
    /// <param name="output">Name of the value with the logits; null: the graph's first output.</param>
    /// <param name="guard">Keeps masks while training; null for none.</param>
    /// <param name="folder">Existing folder for log and checkpoints; null to keep none.</param>
    /// <exception cref="UsageException">An option is out of range, or images, student and teacher do not fit together.</exception>
    /// <exception cref="EspalierException">A graph is no classifier of images, or has operators that cannot be executed.</exception>
    public ImageTrainer(
        GraphModule module, PreparedImages images, ImageTrainingOptions options, Distillation? distillation = null, string? output = null, MaskGuard? guard = null, string? folder = null)
    {
        options.Validate();
        (_module, _images, _options, _guard, _folder) = (module, images, options, guard, folder);
        _batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = options.BatchSize, Shuffle = true, DropLast = true, Seed = options.Seed, Augmentation = options.Augmentation });
        TotalSteps = options.Steps ?? Math.Max(1, (int)Math.Round(options.Epochs * _batches.BatchesPerEpoch));
        _loss = new StudentLoss(module, images, options, distillation, output);
        TrainedTensor[] trained =
        [
            .. module.TrainableOf(_loss.Plan.Plan).Select(name => new TrainedTensor(name, module.Trainable[name], DecayOf(module.Trainable[name]))),
            .. _loss.Maps.Select(map => new TrainedTensor(map.Name, map.Map, options.WeightDecay)),
        ];
        _trained = [.. trained.Select(item => item.Tensor)];
        _optimizer = options.Optimizer == ImageOptimizer.Sgd
            ? new Sgd(trained, options.Momentum, options.Nesterov)
            : new AdamW(trained, options.Beta1, options.Beta2, options.Epsilon);
        _fingerprint = Fingerprint(distillation);
    }

    /// <summary>Steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps done.</summary>
    public int Step => _optimizer.Step;

    /// <summary>Continues from the folder's checkpoint.</summary>
    /// <returns>False if there is none, and the run starts at the beginning.</returns>
    /// <exception cref="UsageException">The checkpoint belongs to another run.</exception>
    /// <exception cref="EspalierException">The checkpoint is damaged.</exception>
    public bool TryResume()
    {
        if (_folder is null || !File.Exists(CheckpointPath)) return false;
        var checkpoint = ImageCheckpoint.Load(CheckpointPath, _fingerprint, State());
        _optimizer.Restore(checkpoint.Step);
        _batches.Seek(Math.DivRem(checkpoint.Step, _batches.BatchesPerEpoch, out var position), position);
        (_sums, _earlierSeconds) = (checkpoint.Sums, checkpoint.Seconds);
        return true;
    }

    /// <summary>Trains to the last step. The module returns to the mode that it was in.</summary>
    /// <param name="progress">Receives a message at every log interval.</param>
    /// <param name="cancellation">Stops between steps; a checkpoint is written before the exception leaves.</param>
    /// <exception cref="EspalierException">The loss is not finite, a mask is broken, or a file cannot be written.</exception>
    public ImageTrainingResult Run(IProgress<ImageTrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var wasTraining = _module.training;
        _module.train(_options.TrainStatistics);
        try
        {
            return Train(progress, cancellation);
        }
        finally
        {
            _module.train(wasTraining);
        }
    }

    /// <summary>Releases the optimizer's state, teacher and maps; the module stays.</summary>
    public void Dispose()
    {
        _optimizer.Dispose();
        _loss.Dispose();
    }

    private string CheckpointPath => Path.Combine(_folder!, TrainingCheckpoint.FileName);

    private ImageTrainingResult Train(IProgress<ImageTrainingProgress>? progress, CancellationToken cancellation)
    {
        using var log = _folder is null ? null : new TrainingLog(Path.Combine(_folder, TrainingLog.FileName), Step);
        var clock = Stopwatch.StartNew();
        var stepClock = new Stopwatch();
        var (firstStep, timedSteps, finalLoss) = (Step, 0, double.NaN);
        while (Step < TotalSteps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(clock);
                cancellation.ThrowIfCancellationRequested();
            }
            stepClock.Start();
            var rate = _options.RateAt(Step + 1, TotalSteps);
            var norm = TrainStep(rate);
            stepClock.Stop();
            timedSteps++;
            if (Step % _options.LogInterval == 0 || Step == TotalSteps)
            {
                var message = new ImageTrainingProgress(Step, TotalSteps, (double)Step / _batches.BatchesPerEpoch, _sums.Total / _sums.Count, _sums.Label / _sums.Count, _sums.Logit / _sums.Count,
                    _sums.Inner / _sums.Count, rate, norm, timedSteps * _options.BatchSize / stepClock.Elapsed.TotalSeconds, Time(clock), clock.Elapsed / (Step - firstStep) * (TotalSteps - Step));
                log?.Write(ImageLogLine.Of(message));
                progress?.Report(message);
                (finalLoss, _sums, timedSteps) = (message.Loss, default, 0);
                stepClock.Reset();
            }
            if (_options.CheckpointInterval is { } interval && Step % interval == 0 || Step == TotalSteps) Save(clock);
        }
        _guard?.Verify();
        return new ImageTrainingResult(Step, (long)Step * _options.BatchSize, finalLoss, Time(clock).TotalSeconds);
    }

    /// <summary>One step of the optimizer; returns the gradient's norm before clipping.</summary>
    private double TrainStep(double rate)
    {
        using var scope = NewDisposeScope();
        var loss = _loss.Of(_batches.Next(), scope, out var label, out var logit, out var inner);
        var value = loss.to(ScalarType.Float64).item<double>();
        if (!double.IsFinite(value))
            throw new EspalierException($"the loss is {value} at step {Step + 1}", "training", "Lower the learning rate or lengthen the warm-up; the last checkpoint is intact");
        _sums.Add(value, label, logit, inner);
        var gradients = Gradients.Of(loss, _trained);
        var norm = GradientClip.Apply(gradients, _options.ClipNorm);
        _optimizer.Apply(gradients, rate);
        _guard?.Apply();
        return norm;
    }

    private double DecayOf(Tensor parameter) => parameter.dim() >= 2 || _options.DecayVectors ? _options.WeightDecay : 0;

    private TimeSpan Time(Stopwatch clock) => clock.Elapsed + TimeSpan.FromSeconds(_earlierSeconds);

    private void Save(Stopwatch clock)
    {
        if (_folder is not null) new ImageCheckpoint(Step, _sums, Time(clock).TotalSeconds, _fingerprint).Save(CheckpointPath, State());
    }

    private (string Name, Tensor Tensor)[] State() =>
    [
        .. _module.Trainable.Select(pair => ($"weights/{pair.Key}", (Tensor)pair.Value)),
        .. _module.Statistics.Select(pair => ($"statistics/{pair.Key}", pair.Value)),
        .. _loss.Maps,
        .. _optimizer.State,
    ];

    /// <summary>Hash of options, labels and shapes.</summary>
    private string Fingerprint(Distillation? distillation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{_options.Essence()} {TotalSteps} {_images.Describe()} {_loss.Plan.LogitsName} {distillation?.Essence()}"));
        if (_images.Images.IsLabelled) hash.AppendData(MemoryMarshal.AsBytes<int>(Enumerable.Range(0, _images.Count).Select(_images.Images.Label).ToArray()));
        foreach (var (name, tensor) in State()) hash.AppendData(Encoding.UTF8.GetBytes($"{name} {string.Join('x', tensor.shape)}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
