using Espalier.Coupling;
using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Structure;

/// <summary>
/// Scores units by their weights: each member axis that makes or consumes the units contributes the slices of a unit; members are averaged, and a
/// group's scores are divided by their mean, so that groups compare (defaults of DepGraph, arXiv 2301.12900, and SPA, arXiv 2403.18955).
/// </summary>
public static class UnitScorer
{
    /// <summary>Scores all groups.</summary>
    /// <param name="map">The coupled dimensions.</param>
    /// <param name="criterion">What to score by.</param>
    /// <param name="seed">Seed of the random criterion.</param>
    /// <returns>A score for each unit, mean 1 within a group; groups that the criterion says nothing about are missing.</returns>
    public static IReadOnlyDictionary<CoupledGroup, double[]> Score(CouplingMap map, UnitCriterion criterion, int seed = 0)
    {
        var random = new SeededRandom(seed);
        var scales = Scales(map.Graph);
        var scores = new Dictionary<CoupledGroup, double[]>();
        foreach (var group in map.Groups)
        {
            var raw = criterion switch
            {
                UnitCriterion.L1 => Mean(Weights(group).Select(member => Sums(member, group.Size, static w => Math.Abs(w)))),
                UnitCriterion.L2 => Squares(group),
                UnitCriterion.Lamp => Squares(group) is { } squares ? Lamp(squares) : null,
                UnitCriterion.BatchNormScale => Mean(group.Members.Where(member => scales.Contains(member.Parameter)).Select(member => Sums(member, group.Size, static w => Math.Abs(w)))),
                UnitCriterion.GeometricMedian => Mean(Weights(group).Where(member => member.Role == MemberRole.Output).Select(member => Distances(member, group.Size))),
                _ => [.. Enumerable.Range(0, group.Size).Select(_ => random.NextDouble())],
            };
            if (raw is not null) scores.Add(group, Normalized(raw));
        }
        return scores;
    }

    /// <summary>Divides by the mean; scores that are all zero stay.</summary>
    public static double[] Normalized(double[] scores)
    {
        var mean = scores.Average();
        return mean == 0 ? scores : [.. scores.Select(score => score / mean)];
    }

    private static double[]? Squares(CoupledGroup group) => Mean(Weights(group).Select(member => Sums(member, group.Size, static w => w * w)));

    private static IEnumerable<GroupMember> Weights(CoupledGroup group) =>
        group.Members.Where(member => member.Role != MemberRole.Vector && member.Parameter is { Role: ParameterRole.Weight } parameter && parameter.Data.ElementType is var type && type != ElementType.String && !type.IsPacked());

    private static HashSet<Parameter> Scales(Graph graph) =>
        [.. graph.Nodes.Where(node => node.OpType == "BatchNormalization").Select(node => node.OptionalInput(1)?.Parameter).OfType<Parameter>()];

    private static double[]? Mean(IEnumerable<double[]> members)
    {
        var all = members.ToArray();
        return all.Length == 0 ? null : [.. Enumerable.Range(0, all[0].Length).Select(unit => all.Average(member => member[unit]))];
    }

    /// <summary>Sums a function of the weights over the slices of each unit.</summary>
    private static double[] Sums(GroupMember member, int units, Func<float, double> function)
    {
        var sums = new double[units];
        Visit(member, (unit, _, value) => sums[unit] += function(value));
        return sums;
    }

    private static double[] Lamp(double[] scores)
    {
        var result = new double[scores.Length];
        var rest = 0.0;
        foreach (var unit in Enumerable.Range(0, scores.Length).OrderByDescending(unit => scores[unit]).ThenByDescending(unit => unit))
        {
            rest += scores[unit];
            result[unit] = rest == 0 ? 0 : scores[unit] / rest;
        }
        return result;
    }

    private static double[] Distances(GroupMember member, int units)
    {
        var vectors = Enumerable.Range(0, units).Select(_ => new List<float>()).ToArray();
        Visit(member, (unit, _, value) => vectors[unit].Add(value));
        var rows = vectors.Select(vector => vector.ToArray()).ToArray();
        return [.. rows.Select(row => rows.Sum(other => (double)System.Numerics.Tensors.TensorPrimitives.Distance(row, other)))];
    }

    private static void Visit(GroupMember member, Action<int, long, float> visit)
    {
        var shape = member.Parameter.Shape;
        var inner = 1L;
        for (var axis = member.Axis + 1; axis < shape.Rank; axis++) inner *= shape[axis];
        var buffer = new float[1 << 16];
        for (var start = 0L; start < shape.ElementCount; start += buffer.Length)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, shape.ElementCount - start));
            member.Parameter.Data.ReadSingle(start, chunk);
            for (var i = 0; i < chunk.Length; i++)
            {
                var unit = member.Units[(int)((start + i) / inner % shape[member.Axis])];
                if (unit >= 0) visit(unit, start + i, chunk[i]);
            }
        }
    }
}
