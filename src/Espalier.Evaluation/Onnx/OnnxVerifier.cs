using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Evaluation;

/// <summary>Checks an ONNX file: it reads, its shapes fit together, its weights are finite, and ONNX Runtime loads and runs it.</summary>
public static class OnnxVerifier
{
    /// <summary>Checks a file. A check that fails is reported, never thrown.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sizes">Sizes of the symbols of its inputs; 1 for one that is not listed.</param>
    /// <param name="cancellation">Checked before every tensor.</param>
    public static VerificationReport Verify(string path, IReadOnlyDictionary<string, long> sizes, CancellationToken cancellation = default)
    {
        var checks = new List<VerificationCheck>();
        OnnxModel? model = null;
        try
        {
            Check(checks, "opens", () =>
            {
                model = OnnxModel.Open(path);
                return $"{model.Graph.Nodes.Count} nodes, {model.Graph.Parameters.Count} tensors, operator set {model.Graph.OpsetVersion}, by {model.Producer}";
            });
            if (model is null) return new VerificationReport(path, checks);
            Check(checks, "shapes", () =>
            {
                model.Graph.RequireConsistentShapes();
                return "sizes fit together at every node";
            });
            Check(checks, "finite", () => Finite(model.Graph, cancellation));
            Check(checks, "runs", () =>
            {
                using var session = new OnnxSession(path, 1);
                using var run = session.Prepare(RandomInputs.Draw(model.Graph, RandomInputs.Complete(model.Graph, sizes)));
                var outputs = run.Floats();
                return $"{OnnxSession.Runtime} loads it and computes {string.Join(", ", model.Graph.Outputs.Select(output => outputs.TryGetValue(output.Name, out var data) ? $"{output.Name} {data.Shape}" : output.Name))}";
            });
        }
        finally
        {
            model?.Dispose();
        }
        return new VerificationReport(path, checks);
    }

    private static string Finite(Graph graph, CancellationToken cancellation)
    {
        var count = 0L;
        var buffer = new float[1 << 16];
        foreach (var parameter in graph.Parameters.Values.Where(parameter => parameter.Role != ParameterRole.Constant && parameter.Data.ElementType.IsFloat()))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var start = 0L; start < parameter.Data.ElementCount; start += buffer.Length)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Data.ElementCount - start));
                parameter.Data.ReadSingle(start, chunk);
                for (var i = 0; i < chunk.Length; i++)
                {
                    if (!float.IsFinite(chunk[i])) throw new EspalierException($"element {start + i} is {chunk[i]}", $"tensor '{parameter.Name}'");
                }
            }
            count += parameter.Data.ElementCount;
        }
        return $"{count} weights are finite";
    }

    private static void Check(List<VerificationCheck> checks, string name, Func<string> check)
    {
        try
        {
            checks.Add(new VerificationCheck(name, true, check()));
        }
        catch (Exception e) when (e is EspalierException or IOException or UnauthorizedAccessException)
        {
            checks.Add(new VerificationCheck(name, false, e.Message));
        }
    }
}
