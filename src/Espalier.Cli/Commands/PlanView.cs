using System.Globalization;
using Espalier.Methods.Runs;
using Espalier.Sparsity;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary>Shows what a run will do and what it will take, before it starts.</summary>
internal static class PlanView
{
    /// <summary>Prints the plan.</summary>
    public static void Print(Consoles consoles, PruningRun run, string output)
    {
        var plan = run.Plan;
        string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        var how = plan.Pattern.Kind == PatternKind.NOfM ? $"{plan.Pattern} (N kept of M)" : string.Create(CultureInfo.InvariantCulture, $"{plan.Sparsity:P1} {plan.Pattern}");
        consoles.Line($"{plan.Descriptor.Title}, {how}: {plan.Recipe.Model} -> {output}");
        var table = new Table().Border(TableBorder.Minimal).AddColumns("layer", "in each of", "outputs x inputs");
        foreach (var kind in plan.Blocks.SelectMany(block => block.Layers.Select(layer => (Name: layer.Name[(block.Block.Scope.Length + 1)..], Layer: layer))).GroupBy(pair => (pair.Name, pair.Layer.Outputs, pair.Layer.Inputs)))
            table.AddRow(Markup.Escape(kind.Key.Name), $"{kind.Count()} blocks", $"{N(kind.Key.Outputs)} x {N(kind.Key.Inputs)}");
        consoles.Output.Write(table);
        consoles.Line($"{N(plan.PrunableWeights)} weights in {plan.Layers.Count()} layers will be pruned.");
        foreach (var reason in plan.LeftDense) consoles.Line($"left dense: {reason}");
        if (run.Samples is { } samples) consoles.Line($"calibration: {samples.Count} x {samples.Length} tokens of {samples.Protocol.File}");
        var memory = run.Memory;
        consoles.Line($"memory forecast: {Megabytes(memory.Peak)} beyond libraries and mapped files (block {Megabytes(memory.Block)}, statistics {Megabytes(memory.Statistics)}, activations {Megabytes(memory.Activations)}); disk: {Megabytes(2 * run.OutputBytes)} while running, {Megabytes(run.OutputBytes)} after");
    }

    /// <summary>The plan as data.</summary>
    public static object Json(PruningRun run, string output) => new
    {
        run.Recipe,
        Output = output,
        Method = run.Plan.Descriptor.Id,
        run.Plan.Sparsity,
        Pattern = run.Plan.Pattern.ToString(),
        run.Plan.PrunableWeights,
        Layers = run.Plan.Layers.Select(layer => new { layer.Name, layer.Outputs, layer.Inputs }),
        run.Plan.LeftDense,
        Calibration = run.Samples?.Protocol,
        Memory = run.Memory,
        DiskBytes = 2 * run.OutputBytes,
    };

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB");
}
