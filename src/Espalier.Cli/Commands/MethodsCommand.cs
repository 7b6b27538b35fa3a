using System.CommandLine;
using Espalier.Methods;
using Espalier.Methods.Structure;
using Espalier.Recipes;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier methods [NAME]</c>: the papers, what each needs, what each promises.</summary>
internal static class MethodsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var name = new Argument<string?>("NAME") { Description = "id of a method, for its options", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json();
        return new Command("methods", "list the methods, or describe one") { name, json }.Does(consoles, (parsed, _) =>
        {
            if (StructureRegistry.All.FirstOrDefault(structural => structural.Id == parsed.GetValue(name)) is { } one)
            {
                if (parsed.GetValue(json)) consoles.Json(new { Methods = new[] { Describe(one) } });
                else PrintOne(consoles, one);
                return ExitCode.Success;
            }
            var methods = parsed.GetValue(name) is { } id ? [MethodRegistry.Find(id)] : MethodRegistry.All;
            if (parsed.GetValue(json)) consoles.Json(new { Methods = methods.Select(Describe), OnnxMethods = parsed.GetValue(name) is null ? StructureRegistry.All.Select(Describe) : [] });
            else if (methods.Count == 1 && parsed.GetValue(name) is not null) PrintOne(consoles, methods[0]);
            else PrintAll(consoles, methods);
            return ExitCode.Success;
        });
    }

    private static object Describe(MethodDescriptor method) => new
    {
        method.Id,
        method.Title,
        method.Paper,
        method.Link,
        method.Family,
        method.Summary,
        method.Needs,
        method.Patterns,
        Options = OptionsBinder.Describe(method.OptionsType),
    };

    private static void PrintAll(Consoles consoles, IReadOnlyList<MethodDescriptor> methods)
    {
        var table = new Table().Border(TableBorder.Minimal).AddColumns("id", "needs", "patterns", "what it does");
        foreach (var method in methods) table.AddRow(method.Id, Needs(method), Patterns(method), Markup.Escape(method.Summary));
        consoles.Output.Write(table);
        consoles.Line("methods for ONNX files, which remove whole channels, neurons and heads:");
        var structural = new Table().Border(TableBorder.Minimal).AddColumns("id", "needs", "what it does");
        foreach (var method in StructureRegistry.All) structural.AddRow(method.Id, method.NeedsData ? "calibration inputs" : "no data", Markup.Escape(method.Summary));
        consoles.Output.Write(structural);
    }

    private static object Describe(StructureMethod method) => new
    {
        method.Id,
        method.Title,
        method.Paper,
        method.Link,
        Family = "structure",
        method.Summary,
        Needs = method.NeedsData ? "calibration inputs" : "no data",
        Options = OptionsBinder.Describe(typeof(StructureOptions)),
    };

    private static void PrintOne(Consoles consoles, StructureMethod method)
    {
        consoles.Line($"{method.Title} ({method.Id}), for ONNX files: {method.Summary}.");
        consoles.Line($"{method.Paper}. {method.Link}");
        consoles.Line($"Needs: {(method.NeedsData ? "calibration inputs (--data)" : "no data")}. Targets: --macs, --params, --channels.");
        var table = new Table().Border(TableBorder.Minimal).AddColumns("--set option", "type", "default", "range", "meaning");
        foreach (var option in OptionsBinder.Describe(typeof(StructureOptions))) table.AddRow(Cells(option.Name, option.Type, option.Default ?? "none", option.Range ?? "", option.Meaning));
        consoles.Output.Write(table);
    }

    private static void PrintOne(Consoles consoles, MethodDescriptor method)
    {
        consoles.Line($"{method.Title} ({method.Id}): {method.Summary}.");
        consoles.Line($"{method.Paper}. {method.Link}");
        consoles.Line($"Needs: {Needs(method)}. Patterns: {Patterns(method)}.");
        var options = OptionsBinder.Describe(method.OptionsType);
        if (options.Count == 0)
        {
            consoles.Line("It has no options of its own.");
            return;
        }
        var table = new Table().Border(TableBorder.Minimal).AddColumns("--set option", "type", "default", "range", "paper's symbol", "meaning");
        foreach (var option in options)
            table.AddRow(Cells(option.Name, option.Type, option.Default ?? "none", option.Range ?? "", option.Symbol ?? "", option.Meaning));
        consoles.Output.Write(table);
    }

    private static string[] Cells(params string[] texts) => [.. texts.Select(text => Markup.Escape(text))];

    private static string Needs(MethodDescriptor method) => method.Needs == Torch.Calibration.StatisticsNeeds.None ? "no data" : "calibration data";

    private static string Patterns(MethodDescriptor method) => string.Join(", ", method.Patterns.Select(pattern => pattern switch
    {
        Sparsity.PatternKind.NOfM => "N:M",
        Sparsity.PatternKind.Block => "block",
        _ => "unstructured",
    }));
}
