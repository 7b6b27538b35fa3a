using System.Diagnostics;
using Espalier.Data;
using Espalier.Recipes;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// Trains a causal language model on one long text of token ids. A run with a folder keeps a log and checkpoints there; stopped at any point, it
/// continues with <see cref="TryResume"/> and ends with the same bits as one that was not stopped (same machine, same number of threads).
/// </summary>
public sealed class LanguageModelTrainer : IDisposable
{
    private readonly GraphModule _module;
    private readonly int[]? _heldOut;
    private readonly TrainingOptions _options;
    private readonly MaskGuard? _guard;
    private readonly string? _folder;
    private readonly TokenBatches _batches;
    private readonly LearningRateSchedule _schedule;
    private readonly AdamW _optimizer;
    private readonly string _fingerprint;
    private readonly List<TorchSharp.Modules.Parameter> _parameters;
    private double _lossSum;
    private int _lossCount;
    private double _earlierSeconds;

    /// <summary>Prepares a run.</summary>
    /// <param name="module">The model; its parameters are trained in place. Write them back into the graph with <see cref="GraphModule.WriteBack"/>.</param>
    /// <param name="trainingTokens">Token ids to train on.</param>
    /// <param name="heldOutTokens">Token ids for evaluation; null for none.</param>
    /// <param name="options">How to train.</param>
    /// <param name="random">Source of the order of the text; a resumed run takes its state from the checkpoint.</param>
    /// <param name="guard">Keeps masks while training; null for dense training.</param>
    /// <param name="folder">Existing folder for log and checkpoints; null to keep none.</param>
    /// <exception cref="UsageException">An option is out of range or a text is too short.</exception>
    public LanguageModelTrainer(GraphModule module, int[] trainingTokens, int[]? heldOutTokens, TrainingOptions options, SeededRandom random, MaskGuard? guard = null, string? folder = null)
    {
        options.Validate();
        if (heldOutTokens is { Length: < 2 }) throw new UsageException($"the held-out text has {heldOutTokens.Length} tokens and predicts nothing", "held-out text", "Give at least two tokens");
        _module = module;
        _heldOut = heldOutTokens;
        _options = options;
        _guard = guard;
        _folder = folder;
        _batches = new TokenBatches(trainingTokens, options.BatchSize, options.SequenceLength, random);
        TotalSteps = options.StepsFor(trainingTokens.Length);
        _schedule = new LearningRateSchedule(options.PeakLearningRate, options.WarmupSteps, TotalSteps, options.FinalFraction);
        _parameters = [.. module.Trainable.Values];
        _optimizer = new AdamW(module, options);
        _fingerprint = TrainingCheckpoint.FingerprintOf(module, options, trainingTokens, TotalSteps);
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
        var checkpoint = TrainingCheckpoint.Load(CheckpointPath, _fingerprint, _module, _optimizer);
        _batches.Restore(checkpoint.PassState, checkpoint.Taken);
        (_lossSum, _lossCount, _earlierSeconds) = (checkpoint.LossSum, checkpoint.LossCount, checkpoint.Seconds);
        return true;
    }

    /// <summary>Trains to the last step.</summary>
    /// <param name="progress">Receives a message at every log line.</param>
    /// <param name="cancellation">Stops between steps; a checkpoint is written before the exception leaves.</param>
    /// <exception cref="EspalierException">The loss is not finite, a mask is broken, or a file cannot be written.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var log = _folder is null ? null : new TrainingLog(Path.Combine(_folder, TrainingLog.FileName), Step);
        var clock = Stopwatch.StartNew();
        var stepClock = new Stopwatch();
        var (firstStep, timedSteps, last) = (Step, 0, (TrainingProgress?)null);
        while (Step < TotalSteps)
        {
            if (cancellation.IsCancellationRequested)
            {
                SaveCheckpoint(clock);
                cancellation.ThrowIfCancellationRequested();
            }
            stepClock.Start();
            var rate = _schedule.At(Step + 1);
            var norm = TrainStep(rate);
            stepClock.Stop();
            timedSteps++;
            var heldOut = IsDue(_options.EvaluationInterval) && _heldOut is not null
                ? HeldOutLoss.Evaluate(_module, _heldOut, _options.SequenceLength, _options.BatchSize, CancellationToken.None) : (double?)null;
            if (IsDue(_options.LogInterval) || heldOut is not null)
            {
                var tokens = (double)timedSteps * _options.BatchSize * _options.SequenceLength;
                var left = clock.Elapsed / (Step - firstStep) * (TotalSteps - Step);
                last = new TrainingProgress(Step, TotalSteps, _lossSum / _lossCount, rate, norm, tokens / stepClock.Elapsed.TotalSeconds, heldOut, Seconds(clock), left);
                log?.Write(last);
                progress?.Report(last);
                (_lossSum, _lossCount, timedSteps) = (0, 0, 0);
                stepClock.Reset();
            }
            if (_options.CheckpointInterval is { } interval && Step % interval == 0 || Step == TotalSteps) SaveCheckpoint(clock);
        }
        _guard?.Verify();
        var finalHeldOut = last?.HeldOutLoss
            ?? (_heldOut is null ? null : HeldOutLoss.Evaluate(_module, _heldOut, _options.SequenceLength, _options.BatchSize, cancellation));
        return new TrainingResult(Step, (long)Step * _options.BatchSize * _options.SequenceLength, last?.Loss ?? double.NaN, finalHeldOut, Seconds(clock).TotalSeconds);
    }

    /// <summary>Releases the optimizer's state; the module stays.</summary>
    public void Dispose() => _optimizer.Dispose();

    private string CheckpointPath => Path.Combine(_folder!, TrainingCheckpoint.FileName);

    private TimeSpan Seconds(Stopwatch clock) => clock.Elapsed + TimeSpan.FromSeconds(_earlierSeconds);

    private bool IsDue(int interval) => Step % interval == 0 || Step == TotalSteps;

    /// <summary>One step of the optimizer; returns the gradient's norm before clipping.</summary>
    private double TrainStep(double rate)
    {
        using var scope = NewDisposeScope();
        var count = _options.BatchSize * _options.SequenceLength;
        var (inputs, targets) = (new long[count], new long[count]);
        _batches.Next(inputs, targets);
        long[] shape = [_options.BatchSize, _options.SequenceLength];
        // What the executor returns belongs to no scope, and holds on to all that the gradient needs.
        using var logits = _module.call(tensor(inputs, shape, ScalarType.Int64, _module.Device));
        var loss = NextTokenLoss.OfTargets(logits, tensor(targets, shape, ScalarType.Int64, _module.Device));
        var value = loss.item<float>();
        if (!float.IsFinite(value))
            throw new EspalierException($"the loss is {value} at step {Step + 1}", "training", "Lower the learning rate or lengthen the warm-up; the last checkpoint is intact");
        _lossSum += value;
        _lossCount++;
        var gradients = autograd.grad([loss], [.. _parameters]);
        var norm = GradientClip.Apply(gradients, _options.ClipNorm);
        _optimizer.Apply(gradients, rate);
        _guard?.Apply();
        return norm;
    }

    private void SaveCheckpoint(Stopwatch clock)
    {
        if (_folder is null) return;
        new TrainingCheckpoint
        {
            Step = Step,
            PassState = _batches.PassState,
            Taken = _batches.Taken,
            LossSum = _lossSum,
            LossCount = _lossCount,
            Seconds = Seconds(clock).TotalSeconds,
            Fingerprint = _fingerprint,
        }.Save(CheckpointPath, _module, _optimizer);
    }
}
