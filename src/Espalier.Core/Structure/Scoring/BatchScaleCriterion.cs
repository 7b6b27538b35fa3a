namespace Espalier.Structure;

/// <summary>|gamma| of batch normalisations; groups without one cannot be scored.</summary>
internal sealed class BatchScaleCriterion() : UnitCriterion("bn-scale")
{
    internal override IReadOnlyList<double[]> Score(GroupScoring scoring) =>
    [
        .. scoring.Members.Where(counted => counted.IsBatchScale)
            .Select(counted => UnitSums.Of<AbsoluteWeight>(counted.Member, scoring.Group.Size, null)),
    ];
}
