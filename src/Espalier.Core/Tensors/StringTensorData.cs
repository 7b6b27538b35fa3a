namespace Espalier.Tensors;

/// <summary>Text elements. They are carried from file to file; nothing computes with them.</summary>
public sealed class StringTensorData : TensorData
{
    /// <summary>Wraps the elements.</summary>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="items">Bytes of each element, usually UTF-8.</param>
    public StringTensorData(TensorShape shape, IReadOnlyList<byte[]> items)
        : base(ElementType.String, shape)
    {
        if (items.Count != shape.ElementCount) throw new ArgumentException($"{items.Count} elements do not fill {shape}.", nameof(items));
        Items = items;
    }

    /// <summary>Bytes of each element.</summary>
    public IReadOnlyList<byte[]> Items { get; }

    /// <inheritdoc/>
    public override void CopyBytes(long byteOffset, Span<byte> destination)
    {
        if (destination.Length > 0) throw new NotSupportedException("Text has no bytes of a fixed size.");
    }
}
