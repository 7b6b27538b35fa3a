namespace Espalier.Graphs.Shapes;

/// <summary>Sums of products by an equation such as <c>bij,bjk->bik</c>; an ellipsis stands for axes that broadcast.</summary>
internal static class EinsumRule
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx => [("Einsum", static s => s.Set(Output(s)))];

    private static IReadOnlyList<Dim>? Output(NodeShapes s)
    {
        var equation = s.Attributes.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var arrow = equation.IndexOf("->", StringComparison.Ordinal);
        var terms = (arrow < 0 ? equation : equation[..arrow]).Split(',');
        if (terms.Length != s.InputCount)
        {
            s.Conflict($"the equation has {terms.Length} terms for {s.InputCount} inputs");
            return null;
        }
        var sizes = new Dictionary<char, Dim>();
        IReadOnlyList<Dim>? ellipsis = [];
        for (var i = 0; i < terms.Length; i++)
        {
            if (s.Shape(i) is not { } shape) return null;
            var (before, after) = Parts(terms[i]);
            var covered = shape.Count - before.Length - after.Length;
            if (covered < 0 || (covered > 0 && !terms[i].Contains("...", StringComparison.Ordinal)))
            {
                s.Conflict($"term '{terms[i]}' does not have the rank of its input {NodeShapes.Text(shape)}", [.. shape]);
                return null;
            }
            ellipsis = s.Broadcast(ellipsis, [.. shape.Skip(before.Length).Take(covered)]);
            for (var k = 0; k < before.Length; k++) Meet(s, sizes, before[k], shape[k]);
            for (var k = 0; k < after.Length; k++) Meet(s, sizes, after[k], shape[before.Length + covered + k]);
        }
        var output = arrow < 0 ? ImplicitOutput(equation) : equation[(arrow + 2)..];
        var (left, right) = Parts(output);
        var middle = output.Contains("...", StringComparison.Ordinal) ? ellipsis! : [];
        return [.. left.Select(Size), .. middle, .. right.Select(Size)];

        Dim Size(char label) => sizes.GetValueOrDefault(label, Dim.Unknown);
    }

    private static void Meet(NodeShapes s, Dictionary<char, Dim> sizes, char label, Dim size) =>
        sizes[label] = sizes.TryGetValue(label, out var known) ? s.BroadcastAxis(known, size) : size;

    private static (string Before, string After) Parts(string term)
    {
        var dots = term.IndexOf("...", StringComparison.Ordinal);
        return dots < 0 ? (term, "") : (term[..dots], term[(dots + 3)..]);
    }

    /// <summary>The axes of an ellipsis, then labels that come once, in alphabetical order.</summary>
    private static string ImplicitOutput(string equation)
    {
        var labels = equation.Where(char.IsLetter).GroupBy(label => label).Where(group => group.Count() == 1).Select(group => group.Key).Order();
        return (equation.Contains("...", StringComparison.Ordinal) ? "..." : "") + string.Concat(labels);
    }
}
