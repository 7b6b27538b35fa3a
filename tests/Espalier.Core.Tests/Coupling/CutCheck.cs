using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Coupling;

/// <summary>Cuts models at random and holds the result to ONNX Runtime: it loads, runs, and computes what the masked dense model computes.</summary>
internal static class CutCheck
{
    /// <summary>Random units of random groups; a group keeps at least one.</summary>
    public static Dictionary<CoupledGroup, IReadOnlyCollection<int>> Draw(CouplingMap map, Random random, Func<CoupledGroup, bool> allowed)
    {
        var removals = new Dictionary<CoupledGroup, IReadOnlyCollection<int>>();
        foreach (var group in map.Groups.Where(allowed))
        {
            if (random.Next(3) == 0) continue;
            var count = random.Next(1, Math.Max(2, (group.Size / 2) + 1));
            removals[group] = [.. Enumerable.Range(0, group.Size).OrderBy(_ => random.Next()).Take(Math.Min(count, group.Size - 1))];
        }
        return removals;
    }

    /// <summary>Parameters that the kept lists of members predict, counted axis by axis by brute force.</summary>
    public static long PredictParameters(CouplingMap map, IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        var axes = new Dictionary<(Parameter, int), HashSet<int>>();
        foreach (var (group, units) in removals)
        {
            foreach (var member in group.Members)
            {
                if (!axes.TryGetValue((member.Parameter, member.Axis), out var gone)) axes.Add((member.Parameter, member.Axis), gone = []);
                for (var i = 0; i < member.Units.Count; i++)
                {
                    if (member.Units[i] >= 0 && units.Contains(member.Units[i])) gone.Add(i);
                }
            }
        }
        return map.Graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter =>
            Enumerable.Range(0, parameter.Shape.Rank).Aggregate(1L, (count, axis) => count * (parameter.Shape[axis] - (axes.TryGetValue((parameter, axis), out var gone) ? gone.Count : 0))));
    }

    /// <summary>
    /// The dense graph with the consumers of removed units set to zero. Features of heads meet each other in products of activations, which no
    /// weight consumes: there the producers are zero too.
    /// </summary>
    public static Graph Mask(CouplingMap map, IReadOnlyDictionary<CoupledGroup, IReadOnlyCollection<int>> removals)
    {
        var zeroed = new Dictionary<Parameter, List<(int Axis, int Index)>>();
        foreach (var (group, units) in removals)
        {
            var consumers = group.Members.Where(member => member.Role == MemberRole.Input).ToArray();
            foreach (var member in consumers.Length > 0 && group.Kind != UnitKind.HeadFeature ? consumers : [.. group.Members])
            {
                if (!zeroed.TryGetValue(member.Parameter, out var places)) zeroed.Add(member.Parameter, places = []);
                places.AddRange(Enumerable.Range(0, member.Units.Count).Where(i => member.Units[i] >= 0 && units.Contains(member.Units[i])).Select(i => (member.Axis, i)));
            }
        }
        var copy = new GraphCopy(map.Graph, parameter => zeroed.TryGetValue(parameter, out var places) ? Zero(parameter.Data, places) : parameter.Data);
        foreach (var node in map.Graph.Nodes) copy.Add(node);
        copy.Finish();
        return copy.Target;
    }

    public static IReadOnlyDictionary<string, TensorData> Run(Graph graph, string folder, OnnxWriteOptions options, IReadOnlyDictionary<string, TensorData> probe)
    {
        var path = Path.Combine(folder, "model.onnx");
        OnnxWriter.Write(graph, path, options);
        return RuntimeOutputs.Run(path, probe);
    }

    /// <summary>Asserts equality relative to the largest output.</summary>
    public static void AssertClose(IReadOnlyDictionary<string, TensorData> expected, IReadOnlyDictionary<string, TensorData> actual, double tolerance, string what)
    {
        foreach (var (name, data) in expected)
        {
            Assert.Equal(data.Shape, actual[name].Shape);
            if (!data.ElementType.IsFloat()) continue;
            var (a, b) = (data.ToSingles(), actual[name].ToSingles());
            var scale = Math.Max(1e-3f, a.Max(Math.Abs));
            var worst = a.Zip(b).Max(pair => Math.Abs(pair.First - pair.Second)) / scale;
            Assert.True(worst <= tolerance, $"{what}: output '{name}' differs by {worst:G3} of its largest value");
        }
    }

    private static ArrayTensorData Zero(TensorData data, List<(int Axis, int Index)> places)
    {
        var bytes = data.ToBytes();
        var size = data.ElementType.Size();
        foreach (var (axis, index) in places)
        {
            var inner = data.Shape.AsSpan()[(axis + 1)..].ToArray().Aggregate(1L, (a, b) => a * b);
            var outer = data.ElementCount / Math.Max(1, inner * data.Shape[axis]);
            for (var o = 0L; o < outer; o++) bytes.AsSpan((int)(((o * data.Shape[axis]) + index) * inner * size), (int)(inner * size)).Clear();
        }
        return ArrayTensorData.FromBytes(data.ElementType, data.Shape, bytes);
    }
}
