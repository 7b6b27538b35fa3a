using System.Globalization;
using Espalier.Graphs;

namespace Espalier.Torch.Training.Vision;

/// <summary>Two values that are to be alike: usually the ends of the same block in both networks.</summary>
/// <param name="Student">Name of the student's value.</param>
/// <param name="Teacher">Name of the teacher's value.</param>
public sealed record BlockPair(string Student, string Teacher);

/// <summary>
/// What a student learns from a teacher besides the labels. The loss is (1 - a) * CE + a * T^2 * KL(softmax(teacher / T) || softmax(student / T))
/// (Hinton, Vinyals and Dean 2015) + g * mean over pairs of mean((M x_student - x_teacher)^2) (inner distillation: Aflalo et al. 2020, "Knapsack pruning with
/// inner distillation"). Both networks see the same batch, each with its own activations. M is the identity where widths agree; otherwise a bias-free linear
/// map of the channels, trained along and thrown away at the end.
/// </summary>
public sealed record Distillation
{
    /// <summary>The teacher: a graph with one input. It is only read, and always runs in evaluation mode.</summary>
    public required Graph Teacher { get; init; }

    /// <summary>Name of the teacher's value with the logits; null: its first output.</summary>
    public string? TeacherOutput { get; init; }

    /// <summary>Temperature T of the logits, above 0.</summary>
    public double Temperature { get; init; } = 4;

    /// <summary>Weight a of the teacher's logits against the labels, in [0, 1]. With 1, images need no labels.</summary>
    public double LogitWeight { get; init; }

    /// <summary>Weight g (the paper's gamma) of inner distillation, at least 0. With 0 the pairs are not looked at.</summary>
    public double InnerWeight { get; init; }

    /// <summary>Pairs of values for inner distillation.</summary>
    public IReadOnlyList<BlockPair> Pairs { get; init; } = [];

    /// <summary>The pairs that count.</summary>
    internal IReadOnlyList<BlockPair> ActivePairs => InnerWeight > 0 ? Pairs : [];

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range, or there is nothing to distil.</exception>
    public void Validate()
    {
        Require(Temperature > 0 && double.IsFinite(Temperature), "temperature", "positive");
        Require(LogitWeight is >= 0 and <= 1, "logit-weight", "in [0, 1]");
        Require(InnerWeight >= 0 && double.IsFinite(InnerWeight), "inner-weight", "at least 0");
        Require(InnerWeight == 0 || Pairs.Count > 0, "inner-weight", "0 without pairs of values");
    }

    internal string Essence() => string.Create(CultureInfo.InvariantCulture, $"{Teacher.Name} {TeacherOutput} {Temperature:R} {LogitWeight:R} {InnerWeight:R} {string.Join(' ', ActivePairs)}");

    private static void Require(bool holds, string option, string range)
    {
        if (!holds) throw new UsageException($"the value must be {range}", $"distillation option '{option}'");
    }
}
