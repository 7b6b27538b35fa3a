namespace Espalier.Structure;

/// <summary>Size of a model: what its parameters and one forward pass cost.</summary>
/// <param name="Parameters">Learned parameters, shared ones once.</param>
/// <param name="Macs">Multiply-accumulates, attention included.</param>
public sealed record StructureSize(long Parameters, long Macs);
