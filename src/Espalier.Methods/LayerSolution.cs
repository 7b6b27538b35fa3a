using Espalier.Sparsity;

namespace Espalier.Methods;

/// <summary>What a method decided for one layer; the new weights are in the problem's matrix.</summary>
/// <param name="Mask">What is kept.</param>
/// <param name="Remarks">What the user should know, for example that the damping was raised.</param>
/// <param name="SquaredError">tr(D H D^T) over the calibration inputs, D = old minus new weight, where the solver knows it; else null.</param>
public sealed record LayerSolution(Mask Mask, IReadOnlyList<string> Remarks, double? SquaredError = null)
{
    /// <summary>A solution without remarks.</summary>
    public LayerSolution(Mask mask)
        : this(mask, [])
    {
    }
}
