using Espalier.Recipes;

namespace Espalier.Cli.Commands;

/// <summary>A pruning run as asked for on the command line.</summary>
internal sealed record PruneRequest
{
    /// <summary>What determines the bits.</summary>
    public required PruneRecipe Recipe { get; init; }

    /// <summary>Folder to write.</summary>
    public required string Output { get; init; }

    /// <summary>Plan only.</summary>
    public bool DryRun { get; init; }

    /// <summary>Continue an unfinished run.</summary>
    public bool Resume { get; init; }

    /// <summary>Print the report as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>Write an ONNX file too.</summary>
    public bool Onnx { get; init; }

    /// <summary>Time dense and pruned model in turns.</summary>
    public bool Bench { get; init; }

    /// <summary>Measure perplexity before and after; null for not.</summary>
    public EvalOptions? Eval { get; init; }
}
