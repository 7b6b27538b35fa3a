using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>A product of an activation with a weight in which an axis of both disappears: the consumer side of coupled channels.</summary>
/// <param name="Node">The node.</param>
/// <param name="Weight">The weight.</param>
/// <param name="WeightAxis">The axis of the weight that is summed over (for a convolution the input channels).</param>
/// <param name="Activation">The activation that enters.</param>
/// <param name="ActivationAxis">Its axis.</param>
public sealed record Contraction(Node Node, Parameter Weight, int WeightAxis, Value Activation, int ActivationAxis);
