using Espalier.Graphs;

namespace Espalier.Structure;

/// <summary>Derivatives of a loss, in the row-major order of the parameter; each array has as many elements as the parameter.</summary>
public interface IGradientSource
{
    /// <summary>g, the gradient of the loss over all samples.</summary>
    float[] Gradient(Parameter parameter);

    /// <summary>E[g^2], the mean over samples of the squared gradient of each: the diagonal of the empirical Fisher information.</summary>
    float[] SquaredGradient(Parameter parameter);

    /// <summary>H g, the Hessian of the loss times its gradient.</summary>
    float[] HessianGradient(Parameter parameter);
}
