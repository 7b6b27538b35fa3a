using System.Text;
using Espalier.Torch.Execution;

namespace Espalier.Tests.Conformance;

/// <summary>Renders <c>docs/operators.md</c> from the operator table and the conformance cases.</summary>
internal static class OperatorsDocument
{
    public static string Render()
    {
        var cases = ConformanceCases.All.ToLookup(one => one.Key);
        var gradients = ConformanceCases.Smooth.Select(one => one.Key).ToHashSet();
        var names = OperatorTable.Names.Order(StringComparer.Ordinal).ToArray();
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line("# Operators");
        Line();
        Line("Made from the operator table and the conformance cases by a test; do not edit. To make it anew:");
        Line("`ESPALIER_UPDATE_DOCS=1 dotnet run --project tests/Espalier.Tests -- -class Espalier.Tests.Conformance.OperatorsDocumentTests`.");
        Line();
        Line($"{names.Length} operators are executed for calibration, evaluation and training. Each case is a node with random inputs that must compute what ONNX Runtime");
        Line("computes, with its optimisations switched off. Cases that ONNX Runtime refuses, or computes otherwise than specified, are held to plain loops or to an equivalent case. Gradients are");
        Line("compared with central differences in double precision. Floats of 8 and 16 bits are computed in 32 bits; text, complex numbers and integers of fewer than 8 bits are not computed.");
        Line();
        Line("| operator | operator sets in the cases | cases | not from ONNX Runtime | gradients compared |");
        Line("|---|---|---|---|---|");
        foreach (var name in names)
        {
            var own = cases[name].ToArray();
            var opsets = own.Length == 0 ? "" : string.Join(", ", own.Select(one => one.Opset).Distinct().Order());
            var refused = own.Count(one => (one.RefusedByRuntime ?? one.RuntimeDeviates) is not null);
            Line($"| {name} | {opsets} | {own.Length} | {(refused == 0 ? "" : refused)} | {(gradients.Contains(name) ? "yes" : "")} |");
        }
        return text.ToString();
    }
}
