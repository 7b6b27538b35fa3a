namespace Espalier.Structure;

/// <summary>How the scores of a group are made comparable with those of other groups.</summary>
public enum UnitNormalization
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Divided by the absolute value of their mean.</summary>
    Mean,

    /// <summary>Divided by the absolute value of their sum.</summary>
    Sum,

    /// <summary>Divided by the largest absolute value.</summary>
    Max,

    /// <summary>(s - min) / (max - min).</summary>
    Standardise,

    /// <summary>(s - mean) / deviation, the deviation with n - 1.</summary>
    Gaussian,

    /// <summary>
    /// s over the sum of all scores that are at least s (LAMP, Lee et al. 2021, arXiv 2010.07611, here on scores of units). Keeps the order
    /// within a group; the highest is 1. For scores that are not negative.
    /// </summary>
    Lamp,
}
