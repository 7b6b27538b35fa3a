using Espalier.Graphs;

namespace Espalier.Methods.Runs;

/// <summary>Reads all weights once, in bounded chunks, before a run starts.</summary>
internal static class WeightScan
{
    private const int Chunk = 1 << 20;

    /// <summary>Counts the parameters of a graph that are not exactly zero, constants left out.</summary>
    /// <exception cref="InvalidFileException">A value is not finite: it would spoil every layer after it. The place is named.</exception>
    public static long NonZeros(Graph graph)
    {
        var buffer = new float[Chunk];
        var count = 0L;
        foreach (var parameter in graph.Parameters.Values.Where(parameter => !parameter.IsConstant))
        {
            for (var start = 0L; start < parameter.Shape.ElementCount; start += Chunk)
            {
                var values = buffer.AsSpan(0, (int)Math.Min(Chunk, parameter.Shape.ElementCount - start));
                parameter.Data.ReadSingle(start, values);
                foreach (var value in values)
                {
                    if (!float.IsFinite(value)) throw NotFinite(parameter, start, values);
                    if (value != 0) count++;
                }
            }
        }
        return count;
    }

    private static InvalidFileException NotFinite(Parameter parameter, long start, ReadOnlySpan<float> values)
    {
        var at = 0;
        while (float.IsFinite(values[at])) at++;
        var index = start + at;
        var columns = parameter.Shape.Rank == 2 ? parameter.Shape[1] : parameter.Shape.ElementCount;
        var place = parameter.Shape.Rank == 2 ? $"[{index / columns}, {index % columns}]" : $"[{index}]";
        return new InvalidFileException(parameter.Data.Origin ?? "memory", $"the value at {place} is {(float.IsNaN(values[at]) ? "NaN" : "infinite")}, so nothing can be ranked or solved",
            $"tensor '{parameter.Name}'", "Repair the checkpoint, or download it again; 'espalier verify' checks all tensors");
    }
}
