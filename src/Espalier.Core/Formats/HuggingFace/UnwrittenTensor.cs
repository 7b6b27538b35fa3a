using Espalier.Tensors;

namespace Espalier.Formats.HuggingFace;

/// <summary>Stands for a tensor of a model that does not exist yet: shape and type, but no values.</summary>
internal sealed class UnwrittenTensor(TensorShape shape) : TensorData(ElementType.F32, shape)
{
    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination) =>
        throw new InvalidOperationException("The tensor only describes a model and has no values.");
}
