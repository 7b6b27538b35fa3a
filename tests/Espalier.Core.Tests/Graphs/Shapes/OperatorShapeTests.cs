using Espalier.Graphs;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>One node at a time against ONNX Runtime: fixed sizes, and expressions over symbols evaluated at two sizes each.</summary>
public sealed class OperatorShapeTests
{
    private const int Seeds = 12;

    public static TheoryData<int> AllSeeds => [.. Enumerable.Range(0, Seeds)];

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Elementwise_operators_agree_with_onnx_runtime(int seed) => Check(ElementwiseCases.All(new CaseSource(seed)));

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Products_agree_with_onnx_runtime(int seed) => Check(ProductCases.All(new CaseSource(1000 + seed)));

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Layout_operators_agree_with_onnx_runtime(int seed) => Check(LayoutCases.All(new CaseSource(2000 + seed)));

    private static void Check(IEnumerable<OperatorCase> cases)
    {
        var failures = new List<string>();
        foreach (var one in cases)
        {
            try
            {
                Check(one, symbolic: false, failures);
                Check(one, symbolic: true, failures);
            }
            catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException error)
            {
                failures.Add($"{one}: ONNX Runtime refuses: {error.Message}");
            }
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static void Check(OperatorCase one, bool symbolic, List<string> failures)
    {
        var graph = one.Build(symbolic);
        failures.AddRange(graph.ShapeConflicts.Select(conflict => $"{one}: {conflict}"));
        using var runtime = new RuntimeShapes(graph);
        foreach (var second in symbolic ? new[] { false, true } : [false])
        {
            var sizes = one.Sizes(second);
            var actual = runtime.Run(sizes);
            for (var i = 0; i < actual.Count; i++)
            {
                var output = graph.Outputs[i];
                if (output.ElementType != actual[i].Type) failures.Add($"{one}: output {i} is {actual[i].Type}, inferred {output.ElementType}");
                if (!Agrees(output.Shape, actual[i].Shape, sizes, one.IsDataDependent))
                    failures.Add($"{one}: output {i} is [{string.Join(", ", actual[i].Shape)}], inferred {output} at {string.Join(" ", sizes)}");
            }
        }
    }

    private static bool Agrees(IReadOnlyList<Dim>? inferred, long[] actual, Dictionary<string, long> sizes, bool mayBeUnknown) =>
        inferred?.Count == actual.Length && inferred.Zip(actual).All(pair => (mayBeUnknown && pair.First.IsUnknown) || pair.First.Evaluate(sizes) == pair.Second);
}
