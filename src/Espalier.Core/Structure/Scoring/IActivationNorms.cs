using Espalier.Coupling;

namespace Espalier.Structure;

/// <summary>Sizes of what consumers read.</summary>
public interface IActivationNorms
{
    /// <summary>Mean of |a| over samples and positions, one for each index of the activation's axis that the product sums over.</summary>
    float[] MeanAbsolute(Contraction consumer);
}
