using Espalier.Coupling;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Structure;

/// <summary>Sums over the weights of each unit: all slices that a unit owns along the member's axis.</summary>
internal static class UnitSums
{
    /// <summary>One sum a unit.</summary>
    /// <param name="member">The member.</param>
    /// <param name="units">Number of units.</param>
    /// <param name="derivative">Derivatives by weight, or null.</param>
    public static double[] Of<TScore>(GroupMember member, int units, Func<Parameter, float[]>? derivative)
        where TScore : IElementScore
    {
        var parameter = member.Parameter;
        var weights = parameter.Data.ToSingles();
        var derivatives = derivative?.Invoke(parameter);
        if (derivatives is not null && derivatives.Length != weights.Length)
            throw new UsageException($"{derivatives.Length} derivatives were given for {weights.Length} weights", parameter.Name, "Give one for each weight, in row-major order");
        var sums = new double[units];
        var (outer, inner) = Split(parameter.Shape, member.Axis);
        int[] owners = [.. member.Units];
        for (var (o, start) = (0, 0); o < outer; o++)
        {
            for (var i = 0; i < owners.Length; i++, start += inner)
            {
                if (owners[i] < 0) continue;
                var sum = 0.0;
                for (var k = start; k < start + inner; k++) sum += TScore.Of(weights[k], derivatives is null ? 0 : derivatives[k]);
                sums[owners[i]] += sum;
            }
        }
        return sums;
    }

    /// <summary>All weights of each unit in one row, in the order of memory; shorter rows end in zeros.</summary>
    public static double[][] Gather(GroupMember member, int units)
    {
        var weights = member.Parameter.Data.ToSingles();
        var rows = Enumerable.Range(0, units).Select(_ => new List<double>()).ToArray();
        var (outer, inner) = Split(member.Parameter.Shape, member.Axis);
        for (var (o, start) = (0, 0); o < outer; o++)
        {
            for (var i = 0; i < member.Units.Count; i++, start += inner)
            {
                if (member.Units[i] is not (var unit and >= 0)) continue;
                for (var k = start; k < start + inner; k++) rows[unit].Add(weights[k]);
            }
        }
        var length = rows.Max(row => row.Count);
        return [.. rows.Select(row => row.Concat(new double[length - row.Count]).ToArray())];
    }

    private static (int Outer, int Inner) Split(TensorShape shape, int axis)
    {
        var (outer, inner) = (1L, 1L);
        for (var i = 0; i < axis; i++) outer *= shape[i];
        for (var i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return (checked((int)outer), checked((int)inner));
    }
}
