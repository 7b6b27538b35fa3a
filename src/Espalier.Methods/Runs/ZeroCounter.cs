using Espalier.Graphs;

namespace Espalier.Methods.Runs;

/// <summary>Counts non-zero parameters in bounded chunks.</summary>
internal static class ZeroCounter
{
    private const int Chunk = 1 << 20;

    /// <summary>Parameters of a graph that are not exactly zero, constants left out.</summary>
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
                    if (value != 0) count++;
                }
            }
        }
        return count;
    }
}
