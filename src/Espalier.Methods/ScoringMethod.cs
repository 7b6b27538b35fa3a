using Espalier.Numerics;
using Espalier.Sparsity;

namespace Espalier.Methods;

/// <summary>A method that ranks weights, removes the lowest and leaves the rest as they are: survivors keep every bit.</summary>
public abstract class ScoringMethod : ILayerMethod
{
    /// <summary>Where weights compete unless the recipe says otherwise.</summary>
    protected abstract SelectionScope DefaultScope { get; }

    /// <summary>How many of the lowest are removed: exactly the fraction, unless the official code does otherwise.</summary>
    /// <param name="scope">Where weights compete.</param>
    protected virtual SelectionRule Rule(SelectionScope scope) => SelectionRule.ExactCount;

    /// <summary>Saliency of each weight [outputs, inputs], owned by the caller; the lowest are removed.</summary>
    public abstract Matrix Score(LayerProblem problem);

    /// <inheritdoc/>
    public virtual void Require(SparsityPattern pattern, SelectionScope? scope)
    {
    }

    /// <inheritdoc/>
    public LayerSolution Prune(LayerProblem problem)
    {
        using var scores = Score(problem);
        var solution = Select(problem, scores);
        solution.Mask.Apply(problem.Weight);
        return solution;
    }

    /// <summary>Turns scores into what is kept; by default the lowest of each set go.</summary>
    /// <param name="problem">The layer.</param>
    /// <param name="scores">Saliencies [outputs, inputs].</param>
    protected virtual LayerSolution Select(LayerProblem problem, Matrix scores)
    {
        var scope = problem.Scope ?? DefaultScope;
        return new LayerSolution(MaskSelector.Select(scores, problem.Pattern, scope, problem.Sparsity, Rule(scope), problem.Layer));
    }
}
