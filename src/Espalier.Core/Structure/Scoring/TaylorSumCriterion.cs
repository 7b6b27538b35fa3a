namespace Espalier.Structure;

/// <summary>|sum w g| over each unit: what the loss changes to first order when the whole slice goes at once.</summary>
internal sealed class TaylorSumCriterion(IGradientSource gradients) : UnitCriterion("taylor-sum")
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring) =>
    [
        .. scoring.Members.Select(counted => UnitSums.Of<SignedProduct>(counted.Member, scoring.Group.Size, gradients.Gradient).Select(Math.Abs).ToArray()),
    ];
}
