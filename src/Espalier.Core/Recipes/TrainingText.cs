namespace Espalier.Recipes;

/// <summary>Text files of a training run, UTF-8.</summary>
public sealed record TrainingText
{
    /// <summary>The text to train on; tokenizer and model learn from it.</summary>
    public required string Train { get; init; }

    /// <summary>The text to evaluate on; null to cut it from the end of the training text.</summary>
    public string? HeldOut { get; init; }

    /// <summary>Fraction of the training text that is cut from its end for evaluation where no held-out file is named, in [0, 1); 0 for none.</summary>
    public double HeldOutFraction { get; init; } = 0.02;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; it is named.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Train)) throw new UsageException("no training text is named", "recipe, section 'data', key 'train'");
        if (!(HeldOutFraction is >= 0 and < 1)) throw new UsageException("the value must be in [0, 1)", "recipe, section 'data', key 'held-out-fraction'");
    }
}
