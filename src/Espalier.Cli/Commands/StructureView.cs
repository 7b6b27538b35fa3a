using System.Globalization;
using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary>Shows the structure of an ONNX model: what shrinks together, in which units, what must keep its size and why.</summary>
internal static class StructureView
{
    /// <summary>Prints it.</summary>
    public static void Print(Consoles consoles, OnnxModel model, CouplingMap map, GraphCost cost, IReadOnlyDictionary<string, long> sizes, bool all)
    {
        var graph = model.Graph;
        string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        consoles.Line($"{model.Path}: {graph.Nodes.Count} nodes, operator set {graph.OpsetVersion}, by {model.Producer}");
        consoles.Line($"inputs: {string.Join(", ", graph.Inputs)}; outputs: {string.Join(", ", graph.Outputs)}");
        var at = sizes.Count == 0 ? "" : $" at {string.Join(", ", sizes.Select(size => $"{size.Key}={size.Value}"))}";
        consoles.Line($"{N(Weights(graph))} parameters, {N(cost.Macs)} MACs{at} (attention included)");
        foreach (var unknown in cost.Nodes.Where(node => node.Macs is null).GroupBy(node => node.Node.OpType)) consoles.Note($"MACs of {unknown.Count()} x {unknown.Key} are not known and not counted");
        consoles.Line($"{map.Groups.Count} groups, {N(map.Groups.Sum(group => (long)group.Size))} units that can be removed:");
        var groups = new Table().Border(TableBorder.Minimal).AddColumns("group", "unit", "units", "exact", "members");
        foreach (var group in map.Groups)
            groups.AddRow(Markup.Escape(group.Name), Kind(group.Kind), N(group.Size), group.IsExact ? "yes" : "no: a normalisation", Markup.Escape(Members(group, all)));
        consoles.Output.Write(groups);
        if (map.Frozen.Count == 0) return;
        consoles.Line("dimensions of weights that keep their size:");
        var frozen = new Table().Border(TableBorder.Minimal).AddColumns("size", "why", "where");
        foreach (var reason in map.Frozen.GroupBy(dimension => dimension.Reason.ToString()))
        {
            var places = reason.SelectMany(dimension => dimension.Members).Distinct().ToArray();
            frozen.AddRow(string.Join(", ", reason.Select(dimension => N(dimension.Size)).Distinct().Take(4)), Markup.Escape(reason.Key), Markup.Escape(List(places, all)));
        }
        consoles.Output.Write(frozen);
    }

    /// <summary>The structure as data.</summary>
    public static object Json(OnnxModel model, CouplingMap map, GraphCost cost, IReadOnlyDictionary<string, long> sizes) => new
    {
        model.Path,
        model.Producer,
        model.Graph.OpsetVersion,
        Nodes = model.Graph.Nodes.Count,
        Parameters = Weights(model.Graph),
        cost.Macs,
        Sizes = sizes,
        Groups = map.Groups.Select(group => new { group.Name, Unit = Kind(group.Kind), group.Size, group.IsExact, Members = group.Members.Select(member => new { member.Parameter.Name, member.Axis, Role = member.Role.ToString().ToLowerInvariant() }) }),
        Frozen = map.Frozen.Select(dimension => new { dimension.Size, Reason = dimension.Reason.ToString(), dimension.Members }),
    };

    private static long Weights(Graph graph) => graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter => parameter.Shape.ElementCount);

    private static string Kind(UnitKind kind) => kind switch
    {
        UnitKind.HeadFeature => "head feature",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Members(CoupledGroup group, bool all) =>
        List([.. group.Members.Where(member => member.Role != MemberRole.Vector).Select(member => $"{member.Parameter.Name}.{member.Axis} {(member.Role == MemberRole.Output ? "out" : "in")}")], all)
        + (group.Members.Count(member => member.Role == MemberRole.Vector) is var vectors and > 0 ? $", {vectors} vectors" : "");

    private static string List(IReadOnlyList<string> items, bool all) =>
        all || items.Count <= 4 ? string.Join(", ", items) : $"{string.Join(", ", items.Take(3))} and {items.Count - 3} more";
}
