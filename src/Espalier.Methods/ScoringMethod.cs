using Espalier.Numerics;
using Espalier.Sparsity;

namespace Espalier.Methods;

/// <summary>A method that ranks weights, removes the lowest and leaves the rest as they are: survivors keep every bit.</summary>
public abstract class ScoringMethod : ILayerMethod
{
    /// <summary>Where weights compete unless the recipe says otherwise.</summary>
    protected abstract SelectionScope DefaultScope { get; }

    /// <summary>How many of the lowest are removed.</summary>
    protected abstract SelectionRule Rule { get; }

    /// <summary>Saliency of each weight [outputs, inputs], owned by the caller; the lowest are removed.</summary>
    public abstract Matrix Score(LayerProblem problem);

    /// <inheritdoc/>
    public LayerSolution Prune(LayerProblem problem)
    {
        using var scores = Score(problem);
        var mask = MaskSelector.Select(scores, problem.Pattern, problem.Scope ?? DefaultScope, problem.Sparsity, Rule, problem.Layer);
        mask.Apply(problem.Weight);
        return new LayerSolution(mask);
    }
}
