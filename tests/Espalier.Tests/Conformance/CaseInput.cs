using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>One input of an operator case: drawn when the case runs, from a seed that belongs to the case.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Row-major shape.</param>
/// <param name="Make">Makes the values.</param>
/// <param name="IsInitializer">True if the file holds the values, false if they are fed.</param>
internal sealed record CaseInput(ElementType Type, long[] Shape, Func<Random, TensorData> Make, bool IsInitializer = false)
{
    /// <summary>The same values, stored in the file: what operators may ask of shapes and axes.</summary>
    public CaseInput Stored() => this with { IsInitializer = true };

    /// <summary>Type and shape, for messages.</summary>
    public override string ToString() => $"{(IsInitializer ? "stored " : "")}{Type}[{string.Join(',', Shape)}]";
}
