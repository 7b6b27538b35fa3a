using Espalier.Coupling;

namespace Espalier.Methods.Structure;

/// <summary>What a structural method scores with.</summary>
/// <param name="Map">The coupled dimensions.</param>
/// <param name="Inputs">Calibration inputs; null for methods without data.</param>
/// <param name="Seed">Seed of random draws.</param>
public sealed record StructureContext(CouplingMap Map, CalibrationInputs? Inputs, int Seed);
