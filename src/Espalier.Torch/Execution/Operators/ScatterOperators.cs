using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Writing elements by index into a copy of a tensor. Negative indices count from the end.</summary>
internal static class ScatterOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["ScatterElements"] = static (in OperatorCall c) => [Elements(c)];
        // The name in operator sets 9 and 10.
        table["Scatter"] = static (in OperatorCall c) => [Elements(c)];
        table["ScatterND"] = static (in OperatorCall c) => [Slices(c)];
        table["TensorScatter"] = static (in OperatorCall c) => [Cache(c)];
    }

    private static Tensor Elements(in OperatorCall call)
    {
        var (data, updates) = (call[0], call[2]);
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), data.dim());
        var indices = Axes.Indices(call[1], data.shape[axis]);
        var position = zeros(indices.shape, ScalarType.Int64, indices.device);
        for (var i = 0; i < data.dim(); i++)
        {
            var own = i == axis ? indices : Axes.Along(arange(indices.shape[i], ScalarType.Int64, indices.device), i, (int)data.dim());
            position = position.mul(data.shape[i]).add(own);
        }
        return Write(call, data.reshape(-1, 1), position.reshape(-1), updates.reshape(-1, 1)).reshape(data.shape);
    }

    private static Tensor Slices(in OperatorCall call)
    {
        var (data, indices, updates) = (call[0], call[1], call[2]);
        var depth = (int)indices.shape[^1];
        var rows = GatherOperators.LinearIndex(data.shape, indices, 0, depth).reshape(-1);
        var width = Axes.Product(data.shape.AsSpan(depth));
        return Write(call, data.reshape(Axes.Product(data.shape.AsSpan(0, depth)), width), rows, updates.reshape(rows.numel(), width)).reshape(data.shape);
    }

    /// <summary>
    /// Writes the update of every batch entry into its cache along an axis, from the entry's index on; a circular cache goes on at its beginning.
    /// </summary>
    private static Tensor Cache(in OperatorCall call)
    {
        var (cache, update) = (call[0], call[1]);
        var rank = (int)cache.dim();
        var axis = Axes.Normalize(call.Attributes.Int("axis", -2), rank);
        var position = Axes.Along(arange(update.shape[axis], ScalarType.Int64, cache.device), axis, rank);
        if (call.Optional(2) is { } first) position = position.add(Axes.Along(first.to(ScalarType.Int64), 0, rank));
        if (call.Attributes.String("mode", "linear") == "circular") position = position.remainder(cache.shape[axis]);
        return cache.scatter(axis, position.expand(update.shape), update);
    }

    /// <summary>Combines rows of a table [rows, width] with updates [updates, width] as the attribute <c>reduction</c> says.</summary>
    private static Tensor Write(in OperatorCall call, Tensor table, Tensor rows, Tensor updates)
    {
        switch (call.Attributes.String("reduction", "none"))
        {
            case "none":
                return table.index_copy(0, rows, updates);
            case "add":
                // Booleans have no sum in libtorch, but then it is a logical or.
                return table.index_add(0, rows, updates, 1);
            case "mul":
                return InRounds(table, rows, updates, static (a, b) => a.mul(b));
            case "max":
                return InRounds(table, rows, updates, static (a, b) => a.maximum(b));
            case "min":
                return InRounds(table, rows, updates, static (a, b) => a.minimum(b));
            case var other:
                throw new EspalierException($"{call.Node.OpType} has the reduction '{other}'; none, add, mul, max and min are defined", $"node '{call.Node.Name}'");
        }
    }

    /// <summary>The updates of one row are applied one after the other: round r takes the r-th update of every row. Gradients follow.</summary>
    private static Tensor InRounds(Tensor table, Tensor rows, Tensor updates, Func<Tensor, Tensor, Tensor> combine)
    {
        var targets = rows.cpu().data<long>().ToArray();
        var seen = new Dictionary<long, int>();
        var rounds = new List<List<long>>();
        for (var i = 0; i < targets.Length; i++)
        {
            var round = seen.GetValueOrDefault(targets[i]);
            seen[targets[i]] = round + 1;
            if (round == rounds.Count) rounds.Add([]);
            rounds[round].Add(i);
        }
        foreach (var round in rounds)
        {
            var chosen = tensor(round.ToArray(), ScalarType.Int64).to(table.device);
            var target = rows.index_select(0, chosen);
            table = table.index_copy(0, target, combine(table.index_select(0, target), updates.index_select(0, chosen)));
        }
        return table;
    }
}
