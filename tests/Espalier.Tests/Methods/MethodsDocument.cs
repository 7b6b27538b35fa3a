using System.Text;
using Espalier.Methods;
using Espalier.Methods.Structure;
using Espalier.Recipes;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Tests.Methods;

/// <summary>Renders <c>docs/methods.md</c> from the registry.</summary>
internal static class MethodsDocument
{
    public static string Render()
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line("# Methods");
        Line();
        Line("Made from the registry of methods by a test; do not edit (CONTRIBUTING.md tells how to make it anew).");
        Line("What each method reproduces and where it deviates is in `src/Espalier.Methods/<Method>/Notes.md`.");
        Line();
        Line("| id | method | family | needs | patterns | what it does |");
        Line("|---|---|---|---|---|---|");
        foreach (var method in MethodRegistry.All)
            Line($"| [`{method.Id}`](#{method.Id}) | {Cell(method.Title)} | {Cell(method.Family)} | {Needs(method.Needs)} | {Patterns(method)} | {Cell(method.Summary)} |");
        foreach (var method in MethodRegistry.All)
        {
            Line();
            Line($"## {method.Id}");
            Line();
            Line($"{method.Title}: {method.Summary}.");
            Line();
            Line($"Source: [{method.Paper}]({method.Link}).");
            Line();
            var options = OptionsBinder.Describe(method.OptionsType);
            if (options.Count == 0)
            {
                Line("It has no options of its own.");
                continue;
            }
            Line("| option (`--set name=value`) | type | default | range | in the paper or its code | meaning |");
            Line("|---|---|---|---|---|---|");
            foreach (var option in options)
                Line($"| `{option.Name}` | {Cell(option.Type)} | {Cell(option.Default ?? "must be given")} | {Cell(option.Range ?? "")} | {Cell(option.Symbol ?? "")} | {Cell(option.Meaning)} |");
        }
        Line();
        Line("# Methods for ONNX files");
        Line();
        Line("They remove whole channels, neurons and attention heads: `espalier prune model.onnx -m ID --macs 0.5 -o out.onnx`. Notes: `src/Espalier.Methods/Structure/Notes.md`.");
        Line();
        Line("| id | method | needs | what it does | source |");
        Line("|---|---|---|---|---|");
        foreach (var method in StructureRegistry.All)
            Line($"| `{method.Id}` | {Cell(method.Title)} | {(method.NeedsData ? "calibration inputs" : "no data")} | {Cell(method.Summary)} | [{Cell(method.Paper)}]({method.Link}) |");
        Line();
        Line("All of them take these options:");
        Line();
        Line("| option (`--set name=value`) | type | default | range | meaning |");
        Line("|---|---|---|---|---|");
        foreach (var option in OptionsBinder.Describe(typeof(StructureOptions)))
            Line($"| `{option.Name}` | {Cell(option.Type)} | {Cell(option.Default ?? "none")} | {Cell(option.Range ?? "")} | {Cell(option.Meaning)} |");
        return text.ToString();
    }

    private static string Needs(StatisticsNeeds needs) => needs switch
    {
        StatisticsNeeds.None => "no data",
        StatisticsNeeds.SumOfSquares => "calibration data (norms of inputs)",
        StatisticsNeeds.Gram => "calibration data (Gram matrices of inputs)",
        _ => throw new InvalidOperationException($"The document has no words for {needs}."),
    };

    private static string Patterns(MethodDescriptor method) => string.Join(", ", method.Patterns.Select(pattern => pattern switch
    {
        PatternKind.Unstructured => "unstructured",
        PatternKind.NOfM => "N:M",
        PatternKind.Block => "block",
        _ => throw new InvalidOperationException($"The document has no words for {pattern}."),
    }));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
