namespace Espalier.Recipes;

/// <summary>How a model is trained: AdamW with warm-up and cosine decay.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps; null to count by <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Passes over the training tokens, used where <see cref="Steps"/> is null; may be a fraction.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>Sequences per step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens per sequence that predict a next token.</summary>
    public int SequenceLength { get; init; } = 256;

    /// <summary>Learning rate at the end of the warm-up.</summary>
    public double PeakLearningRate { get; init; } = 1e-3;

    /// <summary>Steps over which the learning rate rises from 0 in a line.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>The learning rate of the last step, as a fraction of the peak, in [0, 1].</summary>
    public double FinalFraction { get; init; } = 0.1;

    /// <summary>Decay of the mean gradient (beta 1), in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean squared gradient (beta 2), in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the mean squared gradient (epsilon).</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay of matrices; norms and biases have none.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Largest Euclidean norm of the whole gradient; a longer one is scaled down. Null for no limit.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Steps between lines of the training log.</summary>
    public int LogInterval { get; init; } = 10;

    /// <summary>Steps between evaluations on the held-out tokens; the last step is always evaluated.</summary>
    public int EvaluationInterval { get; init; } = 200;

    /// <summary>Steps between checkpoints; null for one at the end only (and one when the run is stopped).</summary>
    public int? CheckpointInterval { get; init; } = 500;

    /// <summary>Optimizer steps for a number of training tokens.</summary>
    public int StepsFor(int trainingTokens) =>
        Steps ?? Math.Max(1, (int)Math.Ceiling(Epochs * trainingTokens / ((double)BatchSize * SequenceLength)));

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; it is named.</exception>
    public void Validate()
    {
        Require(Steps is null or >= 1, "steps", "at least 1");
        Require(Epochs > 0 && double.IsFinite(Epochs), "epochs", "positive");
        Require(BatchSize >= 1, "batch-size", "at least 1");
        Require(SequenceLength >= 1, "sequence-length", "at least 1");
        Require(PeakLearningRate > 0 && double.IsFinite(PeakLearningRate), "peak-learning-rate", "positive");
        Require(WarmupSteps >= 0, "warmup-steps", "at least 0");
        Require(FinalFraction is >= 0 and <= 1, "final-fraction", "in [0, 1]");
        Require(Beta1 is >= 0 and < 1, "beta1", "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "beta2", "in [0, 1)");
        Require(Epsilon > 0, "epsilon", "positive");
        Require(WeightDecay >= 0, "weight-decay", "at least 0");
        Require(ClipNorm is null or > 0, "clip-norm", "positive");
        Require(LogInterval >= 1, "log-interval", "at least 1");
        Require(EvaluationInterval >= 1, "evaluation-interval", "at least 1");
        Require(CheckpointInterval is null or >= 1, "checkpoint-interval", "at least 1");
    }

    private static void Require(bool holds, string option, string range)
    {
        if (!holds) throw new UsageException($"the value must be {range}", $"training option '{option}'");
    }
}
