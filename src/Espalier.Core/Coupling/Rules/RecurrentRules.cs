namespace Espalier.Coupling.Rules;

/// <summary>Recurrent layers: a hidden unit is a row of every gate, a column of the recurrence, and an output. Both directions share the indices.</summary>
internal static class RecurrentRules
{
    public static void Register(Dictionary<string, CouplingRule> table)
    {
        table["LSTM"] = static c => Recurrent(c, 4);
        table["GRU"] = static c => Recurrent(c, 3);
        table["RNN"] = static c => Recurrent(c, 1);
    }

    private static void Recurrent(CouplingContext c, int gates)
    {
        var x = c.In(0);
        var w = c.In(1);
        var r = c.In(2);
        var hidden = r[2];
        c.Unify(w[1], Gates(c, gates, hidden));
        c.Unify(r[1], Gates(c, gates, hidden));
        c.Unify(w[2], x[2]);
        c.Unify(w[0], r[0]);
        foreach (var input in (int[])[1, 2, 3, 5, 6, 7])
        {
            if (c.Has(input)) c.Freeze(c.In(input)[0], "it counts directions");
        }
        c.Builder.AddContraction(c.Node, c.Node.Input(1), 2, c.Node.Input(0), 2);
        // The recurrence consumes what the layer itself has computed a step before.
        if (c.Node.Outputs.OfType<Graphs.Value>().FirstOrDefault() is { } output) c.Builder.AddContraction(c.Node, c.Node.Input(2), 2, output, output.Shape!.Count - 1);
        if (c.Has(3)) c.Unify(c.In(3)[1], Gates(c, 2 * gates, hidden));
        for (var i = 5; i <= 6; i++)
        {
            if (c.Has(i)) c.Unify(c.In(i)[2], hidden);
        }
        if (c.Has(7)) c.Unify(c.In(7)[1], Gates(c, 3, hidden));
        c.Freeze(x[0], "time or batch");
        c.Freeze(x[1], "time or batch");
        for (var i = 0; i < c.Node.Outputs.Count; i++)
        {
            if (c.Node.Outputs[i] is not null) c.Out(i, [.. c.OutShape(i).SkipLast(1).Select(size => c.Fixed(size, "time, batch or direction")), hidden]);
        }
    }

    private static ProductTerm Gates(CouplingContext c, int count, DimensionTerm hidden) => new([c.Fixed(count, "it counts gates"), hidden]);
}
