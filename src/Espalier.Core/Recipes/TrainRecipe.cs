namespace Espalier.Recipes;

/// <summary>A training run of a new language model, written down.</summary>
public sealed record TrainRecipe
{
    /// <summary>Sizes of the model.</summary>
    public required ModelShape Model { get; init; }

    /// <summary>Texts.</summary>
    public required TrainingText Data { get; init; }

    /// <summary>How to train.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Folder of the finished model. Log and checkpoints of an unfinished run are kept beside it, in a folder of this name with <c>.run</c> appended.</summary>
    public required string Output { get; init; }

    /// <summary>Element type of the written weights: <c>bf16</c>, <c>f16</c> or <c>f32</c>.</summary>
    public string OutputType { get; init; } = "bf16";

    /// <summary>Seed of the first weights and of the order of the text.</summary>
    public int Seed { get; init; }

    /// <summary>Device of the computation, for example <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads; null for all cores. Bits of the result depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; it is named.</exception>
    public void Validate()
    {
        Model.Validate();
        Data.Validate();
        Training.Validate();
        if (string.IsNullOrEmpty(Output)) throw new UsageException("no output folder is named", "recipe, key 'output'");
        if (OutputType is not ("bf16" or "f16" or "f32")) throw new UsageException($"'{OutputType}' is not one of bf16, f16, f32", "recipe, key 'output-type'");
        if (Threads < 1) throw new UsageException("the value must be at least 1", "recipe, key 'threads'");
        if (Training.SequenceLength > Model.Context)
            throw new UsageException($"the sequence length {Training.SequenceLength} is longer than the model's context {Model.Context}", "recipe, key 'sequence-length'", "Raise model.context or shorten training.sequence-length");
    }
}
