namespace Espalier.Structure;

/// <summary>Criteria that score the units of coupled groups from the weights alone.</summary>
public enum UnitCriterion
{
    /// <summary>Sum of absolute weights.</summary>
    L1,

    /// <summary>Sum of squared weights.</summary>
    L2,

    /// <summary>Absolute scale of the batch normalisations behind the unit (network slimming, arXiv 1708.06519); groups without one are left whole.</summary>
    BatchNormScale,

    /// <summary>L2 divided by the L2 of all units of the group that score at least as much (LAMP, arXiv 2010.07611).</summary>
    Lamp,

    /// <summary>Sum of distances to the other units: units near the middle of all can be replaced (FPGM, arXiv 1811.00250).</summary>
    GeometricMedian,

    /// <summary>A random number: the line that every criterion must beat.</summary>
    Random,
}
