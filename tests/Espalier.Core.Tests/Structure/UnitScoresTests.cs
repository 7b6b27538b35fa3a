using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Structure;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Structure;

/// <summary>Criteria against plain loops over coordinates, and the identities of reductions and normalisations.</summary>
public sealed class UnitScoresTests : IDisposable
{
    private readonly PeerNet _peer = new();
    private readonly DrawnDerivatives _drawn = new();
    private readonly CouplingMap _map;

    public UnitScoresTests() => _map = CouplingMap.Of(_peer.Build());

    /// <summary>Members of the residual stream by part, as read from the definition of the network.</summary>
    public static TheoryData<MemberParts, string> Parts => new()
    {
        { MemberParts.Products, "bra.weight 1, brb.weight 1, conv1.weight 0, conv2.weight 1, conv3.weight 0" },
        { MemberParts.Scales, "bn1.weight 0, bn3.weight 0, bnd.weight 0" },
        { MemberParts.Biases, "bn1.bias 0, bn3.bias 0, bnd.bias 0" },
        { MemberParts.Depthwise, "dw.weight 0" },
        { MemberParts.Others, "" },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Members_are_told_apart_by_their_readers(MemberParts part, string expected)
    {
        var readers = new MemberReaders(_map.Graph);
        var members = Group("conv1").Members.Where(member => readers.Part(member) == part).Select(member => $"{member.Parameter.Name} {member.Axis}").Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(", ", members));
    }

    [Theory]
    [InlineData("l1")]
    [InlineData("l2")]
    [InlineData("taylor")]
    [InlineData("taylor-sum")]
    [InlineData("fisher")]
    [InlineData("snip")]
    [InlineData("grasp")]
    [InlineData("crop")]
    public void Scores_are_sums_over_the_slices_of_units(string name)
    {
        var (criterion, derivative, score) = Definition(name);
        var scores = UnitScores.Of(_map, criterion, new ScoringOptions { Aggregation = UnitAggregation.Sum, Normalization = UnitNormalization.None, Parts = MemberParts.All });
        foreach (var group in _map.Groups)
        {
            var expected = new double[group.Size];
            foreach (var member in group.Members.Where(member => member.Parameter.Role == ParameterRole.Weight))
            {
                var sums = Plain(member, group.Size, derivative, score);
                for (var i = 0; i < sums.Length; i++) expected[i] += name == "taylor-sum" ? Math.Abs(sums[i]) : sums[i];
            }
            Assert.Equal(criterion.Name, name);
            AssertClose(expected, scores[group]!);
        }
    }

    /// <summary>Each consumer says how large its channels are; flattened channels own several indices, concatenated ones a part.</summary>
    [Fact]
    public void Activations_are_those_of_all_consumers()
    {
        var scores = UnitScores.Of(_map, UnitCriteria.Activation(_drawn), new ScoringOptions { Aggregation = UnitAggregation.Sum, Normalization = UnitNormalization.None });
        float[] Means(string weight) => _drawn.MeanAbsolute(_map.Contractions.Single(consumer => consumer.Weight.Name == weight + ".weight"));
        AssertClose(Means("fc2").Select(value => (double)value), scores[Group("fc1")]!);
        AssertClose(Enumerable.Range(0, 12).Select(c => Means("fc1").Skip(9 * c).Take(9).Sum(value => (double)value)), scores[Group("conv4")]!);
        AssertClose(Means("conv4").Skip(6).Select(value => (double)value), scores[Group("brb")]!);
        AssertClose(Enumerable.Range(0, 8).Select(c => Means("conv2")[c] + (double)Means("bra")[c] + Means("brb")[c]), scores[Group("conv1")]!);
    }

    [Fact]
    public void Reductions_agree_with_each_other()
    {
        var byAggregation = Enum.GetValues<UnitAggregation>().ToDictionary(aggregation => aggregation, aggregation => UnitScores.Of(_map, UnitCriteria.L1, new ScoringOptions { Aggregation = aggregation, Normalization = UnitNormalization.None }));
        var readers = new MemberReaders(_map.Graph);
        foreach (var group in _map.Groups)
        {
            var members = group.Members.Where(member => (readers.Part(member) & MemberParts.Default) != 0).Select(member => Plain(member, group.Size, null, (w, _) => Math.Abs(w))).ToArray();
            AssertClose(byAggregation[UnitAggregation.Sum][group]!.Select(sum => sum / members.Length), byAggregation[UnitAggregation.Mean][group]!);
            AssertClose(Enumerable.Range(0, group.Size).Select(i => members.Max(scores => scores[i])), byAggregation[UnitAggregation.Max][group]!);
            AssertClose(Enumerable.Range(0, group.Size).Select(i => members.Select(scores => scores[i]).Aggregate((a, b) => a * b)), byAggregation[UnitAggregation.Product][group]!);
            var producer = group.Members.First(member => member.Role == MemberRole.Output);
            AssertClose(Plain(producer, group.Size, null, (w, _) => Math.Abs(w)), byAggregation[UnitAggregation.First][group]!);
        }
    }

    [Fact]
    public void Normalised_groups_have_what_their_name_says()
    {
        foreach (var group in _map.Groups)
        {
            Assert.Equal(1, Normalized(UnitNormalization.Mean, group).Average(), Tolerances.Double);
            Assert.Equal(1, Normalized(UnitNormalization.Sum, group).Sum(), Tolerances.Double);
            Assert.Equal(1, Normalized(UnitNormalization.Max, group).Max(), Tolerances.Double);
            Assert.Equal((0, 1), (Normalized(UnitNormalization.Standardise, group).Min(), Normalized(UnitNormalization.Standardise, group).Max()));
            var gaussian = Normalized(UnitNormalization.Gaussian, group);
            Assert.Equal(0, gaussian.Average(), Tolerances.Double);
            Assert.Equal(1, gaussian.Sum(score => score * score) / (gaussian.Count - 1), Tolerances.Double);
        }
    }

    /// <summary>No normalisation changes the order inside a group; LAMP under rankings inside groups is L2.</summary>
    [Theory]
    [InlineData(UnitNormalization.Mean)]
    [InlineData(UnitNormalization.Sum)]
    [InlineData(UnitNormalization.Max)]
    [InlineData(UnitNormalization.Standardise)]
    [InlineData(UnitNormalization.Gaussian)]
    [InlineData(UnitNormalization.Lamp)]
    public void Normalisation_keeps_the_order_inside_groups(UnitNormalization normalization)
    {
        foreach (var group in _map.Groups)
        {
            var (plain, normalized) = (Normalized(UnitNormalization.None, group), Normalized(normalization, group));
            Assert.Equal(Enumerable.Range(0, group.Size).OrderBy(i => plain[i]), Enumerable.Range(0, group.Size).OrderBy(i => normalized[i]));
        }
        double[] negative = [-5, -1, 2, -3];
        if (normalization != UnitNormalization.Lamp) Assert.Equal([0, 3, 1, 2], Enumerable.Range(0, 4).OrderBy(i => ScoreReduction.Normalize(negative, normalization)[i]));
        Assert.All(ScoreReduction.Normalize(new double[3], normalization), score => Assert.Equal(0, score));
    }

    /// <summary>Of equal scores LAMP ranks the lower index lower: its divisor holds the other.</summary>
    [Fact]
    public void Lamp_by_hand() => AssertClose([1 / 8.0, 2 / 7.0, 2 / 5.0, 1], ScoreReduction.Normalize([1, 2, 2, 3], UnitNormalization.Lamp));

    [Fact]
    public void Random_scores_depend_on_the_seed_and_the_group_only()
    {
        var scaled = CouplingMap.Of(_peer.Build(weight => 2 * weight));
        var (first, again, other) = (UnitScores.Of(_map, UnitCriteria.Random(5)), UnitScores.Of(scaled, UnitCriteria.Random(5)), UnitScores.Of(_map, UnitCriteria.Random(6)));
        foreach (var (group, same) in _map.Groups.Zip(scaled.Groups))
        {
            Assert.Equal(first[group], again[same]);
            Assert.NotEqual(first[group], other[group]);
        }
        Assert.Equal(_map.Groups.Count, _map.Groups.Select(group => first[group]![0]).Distinct().Count());
    }

    [Fact]
    public void Scores_that_cannot_be_ranked_are_refused()
    {
        var group = Group("bra");
        Assert.Contains("unit 1", Assert.Throws<UsageException>(() => new UnitScores(new Dictionary<CoupledGroup, double[]> { [group] = [0, double.NaN, 0, 0, 0, 0] })).Message, StringComparison.Ordinal);
        Assert.Contains("6 units", Assert.Throws<UsageException>(() => new UnitScores(new Dictionary<CoupledGroup, double[]> { [group] = [0] })).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => UnitScores.Of(CouplingMap.Of(_peer.Build(_ => float.PositiveInfinity)), UnitCriteria.L1));
    }

    /// <summary>Every float model of the zoo can be scored; integers do not count, and then the group is left out, not guessed.</summary>
    [Fact]
    public void The_zoo_is_scored()
    {
        foreach (var name in ZooModel.Names)
        {
            using var model = OnnxModel.Open(ZooModel.Require(name).ModelPath);
            var map = CouplingMap.Of(model.Graph);
            var scores = UnitScores.Of(map, UnitCriteria.L2);
            foreach (var group in map.Groups)
            {
                var counts = group.Members.Any(member => member.Role != MemberRole.Vector && member.Parameter.Role == ParameterRole.Weight && member.Parameter.Data.ElementType.IsFloat());
                if (counts) Assert.Equal(1, scores[group]!.Average(), Tolerances.Double);
            }
        }
    }

    public void Dispose() => _peer.Dispose();

    private CoupledGroup Group(string name) => _map.Groups.Single(group => group.Name == name);

    private IReadOnlyList<double> Normalized(UnitNormalization normalization, CoupledGroup group) =>
        UnitScores.Of(_map, UnitCriteria.L2, new ScoringOptions { Normalization = normalization })[group]!;

    private (UnitCriterion Criterion, Func<Parameter, float[]>? Derivative, Func<double, double, double> Score) Definition(string name) => name switch
    {
        "l1" => (UnitCriteria.L1, null, (w, _) => Math.Abs(w)),
        "l2" => (UnitCriteria.L2, null, (w, _) => w * w),
        "taylor" => (UnitCriteria.Taylor(_drawn), _drawn.Gradient, (w, g) => Math.Abs(w * g)),
        "taylor-sum" => (UnitCriteria.TaylorSum(_drawn), _drawn.Gradient, (w, g) => w * g),
        "fisher" => (UnitCriteria.Fisher(_drawn), _drawn.SquaredGradient, (w, f) => w * w * f),
        "snip" => (UnitCriteria.Snip(_drawn), _drawn.Gradient, (w, g) => Math.Abs(w * g)),
        "grasp" => (UnitCriteria.Grasp(_drawn), _drawn.HessianGradient, (w, h) => w * h),
        _ => (UnitCriteria.Crop(_drawn), _drawn.HessianGradient, (w, h) => Math.Abs(w * h)),
    };

    /// <summary>Every element is asked for its index along the axis.</summary>
    private static double[] Plain(GroupMember member, int units, Func<Parameter, float[]>? derivative, Func<double, double, double> score)
    {
        var shape = member.Parameter.Shape.ToArray();
        var stride = shape.Skip(member.Axis + 1).Aggregate(1L, (a, b) => a * b);
        var (weights, derivatives) = (member.Parameter.Data.ToSingles(), derivative?.Invoke(member.Parameter));
        var sums = new double[units];
        for (var i = 0; i < weights.Length; i++)
        {
            if (member.Units[(int)(i / stride % shape[member.Axis])] is var unit and >= 0) sums[unit] += score(weights[i], derivatives?[i] ?? 0);
        }
        return sums;
    }

    private static void AssertClose(IEnumerable<double> expected, IReadOnlyList<double> actual)
    {
        var values = expected.ToArray();
        Assert.Equal(values.Length, actual.Count);
        for (var i = 0; i < values.Length; i++) Assert.Equal(values[i], actual[i], Tolerances.Double * Math.Max(1, values.Max(Math.Abs)));
    }
}
