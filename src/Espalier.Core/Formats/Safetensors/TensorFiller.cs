namespace Espalier.Formats.Safetensors;

/// <summary>Produces the raw little-endian bytes of a tensor piece by piece, in ascending order.</summary>
/// <param name="byteOffset">Offset of the piece from the start of the tensor.</param>
/// <param name="destination">To be filled completely.</param>
public delegate void TensorFiller(long byteOffset, Span<byte> destination);
