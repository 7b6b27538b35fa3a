using Xunit;

namespace Espalier.Tests.Conformance;

/// <summary>Every operator computes what ONNX Runtime computes, and its gradients are those of differences.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Operators() => Keys(ConformanceCases.All);

    public static TheoryData<string> SmoothOperators() => Keys(ConformanceCases.Smooth);

    [Theory]
    [MemberData(nameof(Operators))]
    public void Every_case_agrees_with_the_runtime(string name) => ConformanceCheck.Run(ConformanceCases.All.Where(one => one.Key == name));

    [Theory]
    [MemberData(nameof(SmoothOperators))]
    public void Gradients_are_those_of_differences(string name) => GradientCheck.Run(ConformanceCases.Smooth.Where(one => one.Key == name));

    [Theory]
    [MemberData(nameof(Operators))]
    public void Reused_memory_changes_nothing(string name) => MemoryCheck.Run(ConformanceCases.All.Where(one => one.Key == name));

    private static TheoryData<string> Keys(IEnumerable<OperatorCase> cases) => [.. cases.Select(one => one.Key).Distinct().Order(StringComparer.Ordinal)];
}
