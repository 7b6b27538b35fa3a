namespace Espalier.Tests.Conformance;

/// <summary>Post-processing of detectors.</summary>
internal static class DetectionCases
{
    public static IEnumerable<OperatorCase> All()
    {
        foreach (var opset in new[] { 10, 11 })
        {
            foreach (var center in new[] { 0, 1 })
            {
                foreach (var most in new long[] { 1, 3, 99 })
                {
                    foreach (var (overlap, least) in new[] { (0.5, 0.0), (0.2, 0.4), (0.0, 0.1) })
                    {
                        yield return new("NonMaxSuppression", opset, Draw.Between(0, 2, 2, 9, 4), Draw.Between(0, 1, 2, 3, 9), Draw.Longs(most), Draw.Singles(overlap), Draw.Singles(least))
                        {
                            Attributes = { { "center_point_box", center } },
                        };
                    }
                }
            }
            yield return new("NonMaxSuppression", opset, Draw.Between(0, 2, 1, 6, 4), Draw.Between(0, 1, 1, 1, 6), Draw.Longs(4), Draw.Singles(0.4));
            yield return new("NonMaxSuppression", opset, Draw.Between(0, 2, 1, 6, 4), Draw.Between(0, 1, 1, 1, 6));
        }
    }
}
