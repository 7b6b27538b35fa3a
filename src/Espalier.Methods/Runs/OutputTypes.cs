using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Methods.Runs;

/// <summary>Element types of written weights.</summary>
internal static class OutputTypes
{
    /// <summary>The type of a parameter in the output.</summary>
    /// <param name="choice">same, f32, f16 or bf16.</param>
    /// <param name="parameter">The parameter; quantised storage appears as 32-bit floats.</param>
    public static ElementType Of(string choice, Parameter parameter) => choice switch
    {
        "same" => parameter.Data.ElementType is ElementType.F16 or ElementType.BF16 ? parameter.Data.ElementType : ElementType.F32,
        "f32" => ElementType.F32,
        "f16" => ElementType.F16,
        "bf16" => ElementType.BF16,
        _ => throw new UsageException($"'{choice}' is not a type of weights", "--output-type", "Use same, f32, f16 or bf16"),
    };
}
