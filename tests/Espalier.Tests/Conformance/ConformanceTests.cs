using Espalier.Tensors;
using Xunit;

namespace Espalier.Tests.Conformance;

/// <summary>Every operator computes what ONNX Runtime computes.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Operators() => [.. ConformanceCases.All.Select(one => one.Key).Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Every_case_agrees_with_the_runtime(string name) => ConformanceCheck.Run(ConformanceCases.All.Where(one => one.Key == name));

    [Fact]
    public void Gradients_of_arithmetic_are_those_of_differences() => GradientCheck.Run(ArithmeticCases.All().Where(one => one.Inputs[0]!.Type == ElementType.F32 && one.Opset == 14));
}
