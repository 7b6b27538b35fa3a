namespace Espalier.Graphs.Shapes;

/// <summary>Recurrent layers: inputs [sequence, batch, width], with layout 1 [batch, sequence, width].</summary>
internal static class RecurrentRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("RNN", static s => Layer(s, 1)),
        ("GRU", static s => Layer(s, 3)),
        ("LSTM", static s => Layer(s, 4)),
    ];

    private static void Layer(NodeShapes s, int gates)
    {
        Dim directions = s.Attributes.String("direction", "forward") == "bidirectional" ? 2 : 1;
        var hidden = s.Attributes.Contains("hidden_size") ? s.Int("hidden_size", 0) : Dim.Unknown;
        var width = Dim.Unknown;
        if (s.Shape(2) is { Count: 3 } recurrence)
        {
            directions = s.Agree(directions, recurrence[0], "directions and recurrence weights");
            s.Agree(recurrence[1], recurrence[2] * gates, "gates times hidden size, and recurrence weights");
            hidden = s.Agree(hidden, recurrence[2], "hidden_size and recurrence weights");
        }
        if (s.Shape(1) is { Count: 3 } weights)
        {
            s.Agree(directions, weights[0], "directions and weights");
            s.Agree(weights[1], hidden * gates, "weights and gates times hidden size");
            width = weights[2];
        }
        if (s.Shape(3) is { Count: 2 } bias) s.Agree(bias[1], hidden * (2 * gates), "biases and two times gates times hidden size");
        var batchFirst = s.Int("layout", 0) != 0;
        var (sequence, batch) = (Dim.Unknown, Dim.Unknown);
        if (s.Shape(0) is { } x && s.IsRank(x, 3, "the input"))
        {
            (sequence, batch) = batchFirst ? (x[1], x[0]) : (x[0], x[1]);
            s.Agree(x[2], width, "the input and its weights");
        }
        s.Set(0, s.Type(0), batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden]);
        for (var i = 1; i <= 2; i++)
        {
            IReadOnlyList<Dim> last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
            if (s.Shape(i + 4) is { Count: 3 } initial && !batchFirst) s.Agree(initial[2], hidden, "the initial state and the hidden size");
            s.Set(i, s.Type(0), last);
        }
    }
}
