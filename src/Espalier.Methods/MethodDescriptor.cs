using Espalier.Recipes;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Methods;

/// <summary>A method as the registry knows it. Help texts, the docs' table and the contract tests are made from this.</summary>
public sealed class MethodDescriptor
{
    /// <summary>Id on the command line and in recipes.</summary>
    public required string Id { get; init; }

    /// <summary>Name as in the paper.</summary>
    public required string Title { get; init; }

    /// <summary>Authors, year, and number on arXiv or venue.</summary>
    public required string Paper { get; init; }

    /// <summary>Link to the paper.</summary>
    public required string Link { get; init; }

    /// <summary>One sentence: what it does.</summary>
    public required string Summary { get; init; }

    /// <summary>Family, for example <c>one-shot weights</c>.</summary>
    public required string Family { get; init; }

    /// <summary>What it wants to know about the inputs of layers.</summary>
    public required StatisticsNeeds Needs { get; init; }

    /// <summary>Kinds of patterns that it can produce.</summary>
    public required IReadOnlyList<PatternKind> Patterns { get; init; }

    /// <summary>Record of its options.</summary>
    public required Type OptionsType { get; init; }

    /// <summary>Makes the method from an instance of <see cref="OptionsType"/>.</summary>
    public required Func<object, ILayerMethod> Create { get; init; }

    /// <summary>Makes the method from options by name.</summary>
    /// <exception cref="UsageException">An option is unknown or out of range.</exception>
    public ILayerMethod Bind(IReadOnlyDictionary<string, string> options) => Create(OptionsBinder.Bind(OptionsType, options, $"method {Id}"));

    /// <summary>Refuses a pattern that the method cannot produce.</summary>
    public void RequirePattern(SparsityPattern pattern)
    {
        if (!Patterns.Contains(pattern.Kind))
            throw new UsageException($"the method {Id} cannot produce the pattern {pattern}", "--pattern", $"Use one of: {string.Join(", ", Patterns)}");
    }
}
