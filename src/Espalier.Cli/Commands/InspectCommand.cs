using System.CommandLine;
using System.Globalization;
using Espalier.Coupling;
using Espalier.Evaluation;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier inspect MODEL</c>: layers, what can be pruned and what not and why, MACs, bytes.</summary>
internal static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var model = CommonOptions.Model();
        var sequence = new Option<int?>("--sequence-length") { HelpName = "N", Description = "tokens at which MACs are counted; 1024 but at most the context if left out" };
        var all = new Option<bool>("--all") { Description = "list the layers of every block, not of the first only; every member of every group of an ONNX file" };
        var size = CommonOptions.Size();
        var json = CommonOptions.Json();
        return new Command("inspect", "show layers, sizes, and what can be pruned") { model, sequence, size, all, json }.Does(consoles, (parsed, _) =>
        {
            if (OnnxFile.Is(parsed.GetValue(model)!)) return Structure(consoles, parsed.GetValue(model)!, OnnxFile.Sizes(parsed.GetValue(size)), parsed.GetValue(all), parsed.GetValue(json));
            using var opened = Model.Open(parsed.GetValue(model)!);
            var length = parsed.GetValue(sequence) ?? Math.Min(1024, opened.ContextLength);
            if (length < 1) throw new UsageException($"a sequence of {length} tokens is impossible", "--sequence-length", "Use at least 1");
            var cost = CostModel.Measure(opened.Graph, new Dictionary<string, long> { ["batch"] = 1, ["sequence"] = length });
            var blocks = BlockPartition.Of(opened.Graph);
            var layers = Layers(opened.Graph, blocks, cost);
            if (parsed.GetValue(json)) consoles.Json(Summary(opened, cost, length, blocks, layers));
            else Print(consoles, opened, cost, length, blocks, parsed.GetValue(all) ? layers : [.. layers.Where(layer => layer.Block is null or 0)]);
            return ExitCode.Success;
        });
    }

    private static int Structure(Consoles consoles, string path, IReadOnlyDictionary<string, long> given, bool all, bool json)
    {
        using var model = OnnxModel.Open(path);
        var sizes = RandomInputs.Complete(model.Graph, given);
        var map = CouplingMap.Of(model.Graph);
        var cost = CostModel.Measure(model.Graph, sizes);
        if (json) consoles.Json(StructureView.Json(model, map, cost, sizes));
        else StructureView.Print(consoles, model, map, cost, sizes, all);
        return ExitCode.Success;
    }

    private static Layer[] Layers(Graph graph, IReadOnlyList<GraphBlock> blocks, GraphCost cost)
    {
        var blockOf = blocks.SelectMany(block => block.Nodes.Select(node => (node, block.Index))).ToDictionary(pair => pair.node, pair => pair.Index);
        var macs = cost.Nodes.ToDictionary(node => node.Node, node => node.Macs);
        return [.. LinearLayer.In(graph.Nodes).Select(layer =>
        {
            int? block = blockOf.TryGetValue(layer.Node, out var index) ? index : null;
            return new Layer(layer.Name, layer.Outputs, layer.Inputs, layer.Weight.Data.StorageName, macs[layer.Node] ?? 0, block, block is not null, block is null ? "outside the blocks (embedding or head)" : null);
        })];
    }

    private static object Summary(Model model, GraphCost cost, int length, IReadOnlyList<GraphBlock> blocks, Layer[] layers) => new
    {
        model.Path,
        Architecture = model.Graph.Name,
        cost.Parameters,
        PrunableWeights = layers.Where(layer => layer.Prunable).Sum(layer => (long)layer.Outputs * layer.Inputs),
        cost.Macs,
        SequenceLength = length,
        FileBytes = model.WeightBytes,
        Blocks = blocks.Count,
        model.ContextLength,
        model.VocabularySize,
        Tokenizer = model.Tokenizer?.Identity,
        Layers = layers,
    };

    private static void Print(Consoles consoles, Model model, GraphCost cost, int length, IReadOnlyList<GraphBlock> blocks, Layer[] layers)
    {
        string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        consoles.Line($"{model.Path}: {model.Graph.Name}, {blocks.Count} blocks, context {N(model.ContextLength)}, vocabulary {N(model.VocabularySize)}");
        consoles.Line($"{N(cost.Parameters)} parameters, {N(model.WeightBytes)} bytes on disk, {N(cost.Macs)} MACs for {N(length)} tokens (attention included)");
        consoles.Line($"tokenizer: {model.Tokenizer?.Identity ?? "none"}");
        var table = new Table().Border(TableBorder.Minimal).AddColumn(new TableColumn("layer").NoWrap()).AddColumns("outputs x inputs", "stored", "MACs", "prunable");
        foreach (var layer in layers)
            table.AddRow(Markup.Escape(layer.Name), $"{N(layer.Outputs)} x {N(layer.Inputs)}", layer.Stored, N(layer.Macs), layer.Prunable ? "yes" : $"no: {Markup.Escape(layer.Reason!)}");
        consoles.Output.Write(table);
        if (layers.Length < blocks.Count) consoles.Note("Blocks after the first look alike; --all lists them.");
    }

    private sealed record Layer(string Name, int Outputs, int Inputs, string Stored, long Macs, int? Block, bool Prunable, string? Reason);
}
