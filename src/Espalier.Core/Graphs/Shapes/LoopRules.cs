using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>
/// Loops. A carried state keeps what its initial value and the body's result agree on: the body is inferred with the initial shape, and
/// again with what differs made unknown.
/// </summary>
internal static class LoopRules
{
    // Bodies within bodies are inferred once for every round of those around them.
    private const int MaximumRounds = 3;
    private const int MaximumDepth = 5;

    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Loop", Loop),
        ("Scan", Scan),
    ];

    private static void Loop(NodeShapes s)
    {
        var states = s.InputCount - 2;
        if (s.Attributes.Body("body") is not { } body) return;
        if (states < 0 || body.Inputs.Count != states + 2 || body.Outputs.Count != s.OutputCount + 1 || s.OutputCount < states)
        {
            s.Conflict($"the body has {body.Inputs.Count} inputs and {body.Outputs.Count} outputs for {s.InputCount} and {s.OutputCount} of the node");
            return;
        }
        SetInput(body.Inputs[0], ElementType.I64, []);
        SetInput(body.Inputs[1], ElementType.Bool, []);
        for (var i = 0; i < states; i++) SetInput(body.Inputs[i + 2], s.Type(i + 2), s.Shape(i + 2));
        Settle(body, 2, 1, states);
        for (var i = 0; i < states; i++) s.Set(i, s.Type(i + 2) ?? body.Outputs[i + 1].ElementType, ControlFlowRules.Common(s.Shape(i + 2), body.Outputs[i + 1].Shape));
        var count = RunsThrough(body) && s.Contents(0) is { Count: 1 } trips && !(s.Has(1) && s.Contents(1)?[0].Size is null or 0) ? trips[0] : Dim.Unknown;
        for (var i = states; i < s.OutputCount; i++)
        {
            var slice = body.Outputs[i + 1];
            s.Set(i, slice.ElementType, slice.Shape is null ? null : [count, .. slice.Shape]);
        }
    }

    /// <summary>True if the body never ends the loop early: its condition is the one that came in, or true.</summary>
    private static bool RunsThrough(Graph body)
    {
        var condition = body.Outputs[0];
        while (condition.Producer is { OpType: "Identity" or "Cast", Inputs: [{ } source, ..] }) condition = source;
        return condition == body.Inputs[1] || (condition.Contents is { Count: 1 } contents && contents[0].Size is not null and not 0);
    }

    private static void Scan(NodeShapes s)
    {
        // Operator set 8 had a batch axis and sequence lengths, and no other version since.
        if (s.Version < 9 || s.Attributes.Body("body") is not { } body) return;
        var scanned = s.Int("num_scan_inputs", 0);
        var states = s.InputCount - scanned;
        if (scanned <= 0 || states < 0 || body.Inputs.Count != s.InputCount || body.Outputs.Count != s.OutputCount || s.OutputCount < states)
        {
            s.Conflict($"the body has {body.Inputs.Count} inputs and {body.Outputs.Count} outputs for {s.InputCount} and {s.OutputCount} of the node");
            return;
        }
        var axes = s.Attributes.Ints("scan_input_axes") ?? new long[scanned];
        var length = Dim.Unknown;
        for (var i = 0; i < s.InputCount; i++)
        {
            var shape = s.Shape(i);
            if (i >= states && shape is not null)
            {
                if (i - states >= axes.Length || s.Axis(axes[i - states], shape.Count) is not { } axis) return;
                length = s.Agree(length, shape[axis], "lengths of the scanned inputs");
                shape = [.. shape.Where((_, k) => k != axis)];
            }
            SetInput(body.Inputs[i], s.Type(i), shape);
        }
        Settle(body, 0, 0, (int)states);
        for (var i = 0; i < states; i++) s.Set(i, s.Type(i) ?? body.Outputs[i].ElementType, ControlFlowRules.Common(s.Shape(i), body.Outputs[i].Shape));
        var outputAxes = s.Attributes.Ints("scan_output_axes") ?? new long[s.OutputCount - states];
        for (var i = (int)states; i < s.OutputCount; i++)
        {
            var slice = body.Outputs[i];
            IReadOnlyList<Dim>? stacked = null;
            if (slice.Shape is { } shape && i - states < outputAxes.Length && s.Axis(outputAxes[i - states], shape.Count + 1) is { } axis)
                stacked = [.. shape.Take(axis), length, .. shape.Skip(axis)];
            s.Set(i, slice.ElementType, stacked);
        }
    }

    /// <summary>Infers the body until its states keep their shapes; what a round changes becomes unknown, what does not settle loses its shape.</summary>
    private static void Settle(Graph body, int firstInput, int firstOutput, int states)
    {
        var depth = 0;
        for (var graph = body; graph is not null; graph = graph.Parent) depth++;
        var rounds = depth > MaximumDepth ? 0 : MaximumRounds;
        for (var round = 0; round <= rounds; round++)
        {
            if (round == rounds)
            {
                for (var i = 0; i < states; i++) body.Inputs[firstInput + i].Shape = null;
            }
            // What does not fit together in the body was recorded when it was built; here the states are only tried.
            ShapeInference.Infer(body);
            var changed = false;
            for (var i = 0; i < states; i++)
            {
                var input = body.Inputs[firstInput + i];
                var common = ControlFlowRules.Common(input.Shape, body.Outputs[firstOutput + i].Shape);
                if (IsSame(common, input.Shape)) continue;
                input.Shape = common;
                changed = true;
            }
            if (!changed) return;
        }
    }

    private static void SetInput(Value input, ElementType? type, IReadOnlyList<Dim>? shape)
    {
        input.ElementType = type ?? input.ElementType;
        input.Shape = shape ?? input.Shape;
    }

    private static bool IsSame(IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        if (a is null || b is null) return a is null && b is null;
        return a.Count == b.Count && a.Zip(b).All(pair => pair.First == pair.Second || (pair.First.IsUnknown && pair.Second.IsUnknown));
    }
}
