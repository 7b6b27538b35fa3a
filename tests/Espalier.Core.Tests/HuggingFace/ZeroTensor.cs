using Espalier.Tensors;

namespace Espalier.Core.Tests.HuggingFace;

/// <summary>Zeros of any size that take no memory.</summary>
internal sealed class ZeroTensor(TensorShape shape, ElementType type = ElementType.F32) : TensorData(type, shape)
{
    public override void CopyBytes(long byteOffset, Span<byte> destination) => destination.Clear();
}
