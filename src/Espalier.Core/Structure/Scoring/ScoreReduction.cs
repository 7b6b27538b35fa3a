namespace Espalier.Structure;

/// <summary>Aggregates members and normalises groups.</summary>
internal static class ScoreReduction
{
    /// <summary>One score a unit from those of one or more members.</summary>
    public static double[] Aggregate(IReadOnlyList<double[]> members, UnitAggregation aggregation)
    {
        if (aggregation == UnitAggregation.First) return [.. members[0]];
        var result = new double[members[0].Length];
        for (var i = 0; i < result.Length; i++)
        {
            var unit = members.Select(scores => scores[i]);
            result[i] = aggregation switch
            {
                UnitAggregation.Mean => unit.Average(),
                UnitAggregation.Sum => unit.Sum(),
                UnitAggregation.Max => unit.Max(),
                _ => unit.Aggregate(1.0, (product, score) => product * score),
            };
        }
        return result;
    }

    /// <summary>Where the divisor is 0 all scores are equal, or cancel; they stay as they are (for differences from a mean: 0).</summary>
    public static double[] Normalize(double[] scores, UnitNormalization normalization)
    {
        var (shift, divisor) = normalization switch
        {
            UnitNormalization.Mean => (0, Math.Abs(scores.Average())),
            UnitNormalization.Sum => (0, Math.Abs(scores.Sum())),
            UnitNormalization.Max => (0, scores.Max(Math.Abs)),
            UnitNormalization.Standardise => (scores.Min(), scores.Max() - scores.Min()),
            UnitNormalization.Gaussian => (scores.Average(), Deviation(scores)),
            _ => (0.0, 1.0),
        };
        if (normalization == UnitNormalization.Lamp) return Lamp(scores);
        return [.. scores.Select(score => (score - shift) / (divisor == 0 ? 1 : divisor))];
    }

    private static double Deviation(double[] scores)
    {
        var mean = scores.Average();
        return scores.Length < 2 ? 0 : Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / (scores.Length - 1));
    }

    private static double[] Lamp(double[] scores)
    {
        var result = new double[scores.Length];
        var sum = 0.0;
        // Of equal scores the one with the lower index goes first, so it comes later here and has the larger divisor.
        foreach (var i in Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ThenByDescending(i => i))
        {
            sum += scores[i];
            result[i] = sum == 0 ? 0 : scores[i] / sum;
        }
        return result;
    }
}
