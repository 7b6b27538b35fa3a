using System.Globalization;
using Espalier.Data;

namespace Espalier.Torch.Training.Vision;

/// <summary>Ways to change weights along gradients.</summary>
public enum ImageOptimizer
{
    /// <summary>Stochastic gradient descent with momentum; weight decay is added to the gradient.</summary>
    Sgd,

    /// <summary>AdamW (Loshchilov and Hutter 2019); weight decay is decoupled.</summary>
    AdamW,
}

/// <summary>Courses of the learning rate after the warm-up.</summary>
public enum RateShape
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine down to <see cref="ImageTrainingOptions.FinalFraction"/> (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>It falls by <see cref="ImageTrainingOptions.StepFactor"/> at every milestone.</summary>
    Step,
}

/// <summary>How an image classifier is trained.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>Optimizer steps; null to count by <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Passes over the images, used where <see cref="Steps"/> is null; may be a fraction.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>Images per step. A last batch of an epoch with fewer images is left out.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Changes weights along gradients.</summary>
    public ImageOptimizer Optimizer { get; init; } = ImageOptimizer.Sgd;

    /// <summary>Learning rate at the end of the warm-up.</summary>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>Steps over which the learning rate rises from 0 in a line.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Course of the learning rate afterwards.</summary>
    public RateShape Schedule { get; init; } = RateShape.Cosine;

    /// <summary>For the cosine: learning rate one step after the last one, as a fraction of the highest, in [0, 1]; so no step is lost with 0.</summary>
    public double FinalFraction { get; init; }

    /// <summary>For steps: where the rate falls, as fractions of the run in (0, 1).</summary>
    public IReadOnlyList<double> Milestones { get; init; } = [0.5, 0.75];

    /// <summary>For steps: factor at every milestone, in (0, 1].</summary>
    public double StepFactor { get; init; } = 0.1;

    /// <summary>For SGD: momentum, in [0, 1).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>For SGD: look ahead along the momentum (Nesterov).</summary>
    public bool Nesterov { get; init; }

    /// <summary>For AdamW: decay of the mean gradient (beta 1), in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>For AdamW: decay of the mean squared gradient (beta 2), in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>For AdamW: added to the root of the mean squared gradient (epsilon).</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>True: biases and scales of normalisations (parameters of one axis) decay too.</summary>
    public bool DecayVectors { get; init; }

    /// <summary>Probability that is spread evenly over all classes in the targets (label smoothing, Szegedy et al. 2016), in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// True: batch normalisation trains on the statistics of the batch and moves the running ones. False: it keeps using the running ones, unchanged.
    /// </summary>
    public bool TrainStatistics { get; init; } = true;

    /// <summary>Largest Euclidean norm of the whole gradient; a longer one is scaled down. Null for no limit.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Random changes of the images; null for none.</summary>
    public ImageAugmentation? Augmentation { get; init; }

    /// <summary>Seed of the order of the images, of their augmentation, and of the maps of inner distillation.</summary>
    public long Seed { get; init; }

    /// <summary>Steps between messages of progress.</summary>
    public int LogInterval { get; init; } = 10;

    /// <summary>Steps between checkpoints; null for one at the end only (and one when the run is stopped).</summary>
    public int? CheckpointInterval { get; init; } = 200;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; it is named.</exception>
    public void Validate()
    {
        Require(Steps is null or >= 1, "steps", "at least 1");
        Require(Epochs > 0 && double.IsFinite(Epochs), "epochs", "positive");
        Require(BatchSize >= 1, "batch-size", "at least 1");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "learning-rate", "positive");
        Require(WarmupSteps >= 0, "warmup-steps", "at least 0");
        Require(FinalFraction is >= 0 and <= 1, "final-fraction", "in [0, 1]");
        Require(Milestones.All(milestone => milestone is > 0 and < 1), "milestones", "in (0, 1)");
        Require(StepFactor is > 0 and <= 1, "step-factor", "in (0, 1]");
        Require(Momentum is >= 0 and < 1, "momentum", "in [0, 1)");
        Require(!Nesterov || Momentum > 0, "momentum", "positive with nesterov");
        Require(Beta1 is >= 0 and < 1, "beta1", "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "beta2", "in [0, 1)");
        Require(Epsilon > 0, "epsilon", "positive");
        Require(WeightDecay >= 0, "weight-decay", "at least 0");
        Require(LabelSmoothing is >= 0 and < 1, "label-smoothing", "in [0, 1)");
        Require(ClipNorm is null or > 0, "clip-norm", "positive");
        Require(LogInterval >= 1, "log-interval", "at least 1");
        Require(CheckpointInterval is null or >= 1, "checkpoint-interval", "at least 1");
    }

    /// <summary>Learning rate of a step.</summary>
    /// <param name="step">Step, from 1.</param>
    /// <param name="totalSteps">Steps of the run.</param>
    public double RateAt(int step, int totalSteps)
    {
        if (step <= WarmupSteps) return LearningRate * step / WarmupSteps;
        return LearningRate * Schedule switch
        {
            RateShape.Constant => 1,
            RateShape.Step => Math.Pow(StepFactor, Milestones.Count(milestone => step > milestone * totalSteps)),
            _ => FinalFraction + ((1 - FinalFraction) * (1 + Math.Cos(Math.PI * (step - WarmupSteps - 1) / (totalSteps - WarmupSteps))) / 2),
        };
    }

    /// <summary>Everything that changes what is computed, in one line.</summary>
    internal string Essence() => string.Create(CultureInfo.InvariantCulture,
        $"{this with { LogInterval = 1, CheckpointInterval = null, Milestones = [] }} {string.Join(' ', Milestones.Select(milestone => milestone.ToString("R", CultureInfo.InvariantCulture)))}");

    private static void Require(bool holds, string option, string range)
    {
        if (!holds) throw new UsageException($"the value must be {range}", $"training option '{option}'");
    }
}
