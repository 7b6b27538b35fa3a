namespace Espalier.Graphs.Shapes;

/// <summary>Conditional branches: what both agree on is known.</summary>
internal static class ControlFlowRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx => [("If", If)];

    /// <summary>What two shapes have in common.</summary>
    public static IReadOnlyList<Dim>? Common(IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        if (a is null || b is null || a.Count != b.Count) return null;
        return [.. a.Zip(b, static (left, right) => left == right ? left : Dim.Unknown)];
    }

    private static void If(NodeShapes s)
    {
        var then = s.Attributes.Body("then_branch");
        var otherwise = s.Attributes.Body("else_branch");
        if (then is null || otherwise is null || then.Outputs.Count != s.OutputCount || otherwise.Outputs.Count != s.OutputCount)
        {
            s.Conflict($"the branches do not have {s.OutputCount} outputs");
            return;
        }
        var condition = s.Contents(0) is { Count: 1 } contents ? contents[0].Size : null;
        for (var i = 0; i < s.OutputCount; i++)
        {
            var (a, b) = (then.Outputs[i], otherwise.Outputs[i]);
            if (a.ElementType != b.ElementType && a.ElementType is not null && b.ElementType is not null)
                s.Conflict($"output {i} is {a.ElementType} in one branch and {b.ElementType} in the other");
            // A condition that is certain leaves one branch.
            var shape = condition is { } taken ? (taken != 0 ? a : b).Shape : Common(a.Shape, b.Shape);
            s.Set(i, a.ElementType ?? b.ElementType, shape);
        }
    }
}
