using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>A tensor declared in a safetensors file.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="Type">Type of the stored elements.</param>
/// <param name="Shape">Row-major shape; no axes make a scalar.</param>
public sealed record SafetensorsEntry(string Name, ElementType Type, TensorShape Shape)
{
    /// <summary>Bytes that the tensor takes in the file.</summary>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    public long ByteLength => checked(Shape.ElementCount * Type.Size());
}
