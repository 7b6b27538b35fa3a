using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>One checked tensor entry of a header.</summary>
internal sealed class GgufTensor(string name, GgmlType type, TensorShape shape, long fileOffset, long bytes)
{
    public string Name => name;

    public GgmlType Type => type;

    public TensorShape Shape => shape;

    public long FileOffset => fileOffset;

    public long Bytes => bytes;
}
