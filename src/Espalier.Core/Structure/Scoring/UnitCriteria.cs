namespace Espalier.Structure;

/// <summary>
/// The criteria for units. Scores of single weights are summed over all slices of a unit, member by member; members are then aggregated
/// and the group normalised as <see cref="ScoringOptions"/> say.
/// </summary>
public static class UnitCriteria
{
    /// <summary>Sum of |w| (Li et al. 2017, arXiv 1608.08710).</summary>
    public static UnitCriterion L1 { get; } = new ElementCriterion<AbsoluteWeight>("l1");

    /// <summary>Sum of w^2, without a root, as DepGraph has it (Fang et al. 2023, arXiv 2301.12900).</summary>
    public static UnitCriterion L2 { get; } = new ElementCriterion<SquaredWeight>("l2");

    /// <summary>|gamma| of batch normalisation (Network Slimming, Liu et al. 2017, arXiv 1708.06519). Groups without one are not scored.</summary>
    public static UnitCriterion BatchScale { get; } = new BatchScaleCriterion();

    /// <summary>
    /// Sum of the Euclidean distances to the other units' weights (FPGM, He et al. 2019, arXiv 1811.00250). The distance is between the
    /// weights themselves; a unit of several slices is one vector. Looks at products only.
    /// </summary>
    public static UnitCriterion GeometricMedian { get; } = new GeometricMedianCriterion();

    /// <summary>Uniform numbers.</summary>
    public static UnitCriterion Random(long seed) => new RandomCriterion(seed);

    /// <summary>Sum of |w g| (Molchanov et al. 2019, arXiv 1906.10771).</summary>
    public static UnitCriterion Taylor(IGradientSource gradients) => new ElementCriterion<AbsoluteProduct>("taylor", gradients.Gradient);

    /// <summary>|sum of w g|: weights of a unit may cancel each other.</summary>
    public static UnitCriterion TaylorSum(IGradientSource gradients) => new TaylorSumCriterion(gradients);

    /// <summary>Sum of w^2 E[g^2]: second order with the diagonal Fisher information for the Hessian (LeCun et al. 1990; Theis et al. 2018).</summary>
    public static UnitCriterion Fisher(IGradientSource gradients) => new ElementCriterion<SquaredProduct>("fisher", gradients.SquaredGradient);

    /// <summary>
    /// Sum of |w g| at initialisation (SNIP, Lee et al. 2019, arXiv 1810.02340). The same numbers as <see cref="Taylor"/>; what differs is when
    /// gradients are taken. The paper's division by the sum over the network changes no ranking and is left out.
    /// </summary>
    public static UnitCriterion Snip(IGradientSource gradients) => new ElementCriterion<AbsoluteProduct>("snip", gradients.Gradient);

    /// <summary>
    /// Sum of w (H g): GraSP (Wang et al. 2020, arXiv 2002.07376) removes the largest -w (H g), because that keeps the gradient's norm, so
    /// its negative is what makes a unit worth keeping. May be negative.
    /// </summary>
    public static UnitCriterion Grasp(IGradientSource gradients) => new ElementCriterion<SignedProduct>("grasp", gradients.HessianGradient);

    /// <summary>Sum of |w (H g)| (CroP, Rachwan et al. 2022, arXiv 2206.10451).</summary>
    public static UnitCriterion Crop(IGradientSource gradients) => new ElementCriterion<AbsoluteProduct>("crop", gradients.HessianGradient);

    /// <summary>Mean |a| of the channels that products consume. Members are the consumers, whatever <see cref="ScoringOptions.Parts"/> say.</summary>
    public static UnitCriterion Activation(IActivationNorms norms) => new ActivationCriterion(norms);
}
