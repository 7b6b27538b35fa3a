using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Evaluation;

/// <summary>Random tensors that fit the inputs of a graph.</summary>
public static class RandomInputs
{
    /// <summary>Tensors by input name: floats from a normal distribution, integers 0 or 1, which any table of indices has.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sizes">Sizes of symbols; 1 for a symbol that is not listed.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="EspalierException">An input has an unknown rank or a type without random values.</exception>
    public static IReadOnlyDictionary<string, TensorData> Draw(Graph graph, IReadOnlyDictionary<string, long> sizes, int seed = 0)
    {
        var random = new SeededRandom(seed);
        return graph.Inputs.ToDictionary(input => input.Name, input => Draw(input, sizes, random));
    }

    /// <summary>Every symbol of the graph's inputs with a size: the given one, or 1.</summary>
    /// <exception cref="UsageException">A size is given for a symbol that no input has.</exception>
    public static IReadOnlyDictionary<string, long> Complete(Graph graph, IReadOnlyDictionary<string, long> given)
    {
        var symbols = graph.Inputs.SelectMany(input => input.Shape ?? []).SelectMany(dim => dim.Symbols).Distinct().ToArray();
        if (given.Keys.FirstOrDefault(name => !symbols.Contains(name)) is { } unknown)
            throw new UsageException($"no input has an axis '{unknown}'", "--size", symbols.Length == 0 ? "All sizes of this model are fixed" : $"Its symbols are {string.Join(", ", symbols)}");
        return symbols.ToDictionary(symbol => symbol, symbol => given.GetValueOrDefault(symbol, 1));
    }

    private static TensorData Draw(Value input, IReadOnlyDictionary<string, long> sizes, SeededRandom random)
    {
        if (input.Shape is not { } dims) throw new EspalierException("the rank is unknown", $"input '{input.Name}'", "Declare the input's shape");
        var shape = new TensorShape([.. dims.Select(dim => dim.Evaluate(sizes) ?? 1)]);
        var count = checked((int)shape.ElementCount);
        switch (input.ElementType)
        {
            case ElementType.I64:
                return ArrayTensorData.FromInt64(shape, [.. Enumerable.Range(0, count).Select(_ => (long)random.NextInt32(2))]);
            case ElementType.I32:
                return ArrayTensorData.Create<int>(ElementType.I32, shape, [.. Enumerable.Range(0, count).Select(_ => random.NextInt32(2))]);
            case ElementType.Bool or ElementType.U8 or ElementType.I8:
                return ArrayTensorData.Create<byte>(input.ElementType.Value, shape, [.. Enumerable.Range(0, count).Select(_ => (byte)random.NextInt32(2))]);
            case ElementType.F32 or ElementType.F16 or ElementType.F64:
                var values = new float[count];
                for (var i = 0; i < count; i++) values[i] = (float)random.NextNormal();
                var bytes = new byte[input.ElementType.Value.ByteCount(count)];
                ElementConversion.FromSingle(input.ElementType.Value, values, bytes);
                return ArrayTensorData.FromBytes(input.ElementType.Value, shape, bytes);
            default:
                throw new EspalierException($"there are no random values of type {input.ElementType}", $"input '{input.Name}'");
        }
    }
}
