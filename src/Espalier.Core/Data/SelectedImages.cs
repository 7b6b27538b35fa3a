using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Espalier.Data;

/// <summary>Some images of a set, in an order of their own: a part for training, another for evaluation. Does not own the set.</summary>
public sealed class SelectedImages : ImageSet
{
    private readonly ImageSet _images;
    private readonly int[] _indices;

    /// <summary>Selects images.</summary>
    /// <param name="images">The set; it must outlive this one.</param>
    /// <param name="indices">Places in the set, at least one; an image may be there twice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The set has no such image.</exception>
    public SelectedImages(ImageSet images, IEnumerable<int> indices)
        : this(images, [.. indices])
    {
    }

    private SelectedImages(ImageSet images, int[] indices)
        : base(images.Origin, indices.Length, ShapeOf(images, indices), images.IsLabelled ? Array.ConvertAll(indices, images.Label) : null, images.ClassNames) =>
        (_images, _indices) = (images, indices);

    /// <inheritdoc/>
    public override bool IsUniform => _images.IsUniform;

    /// <inheritdoc/>
    public override bool IsEightBit => _images.IsEightBit;

    /// <summary>The images of a range.</summary>
    /// <param name="images">The set; it must outlive the selection.</param>
    /// <param name="start">First image.</param>
    /// <param name="count">Number of images, at least 1.</param>
    public static SelectedImages Range(ImageSet images, int start, int count) => new(images, Enumerable.Range(start, count));

    /// <inheritdoc/>
    public override string NameOf(int index) => _images.NameOf(_indices[index]);

    /// <inheritdoc/>
    public override void Read(int index, ImageBuffer image) => _images.Read(_indices[index], image);

    /// <summary>Hash of the whole set's hash and the places.</summary>
    public override string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(_images.Hash()));
        hash.AppendData(MemoryMarshal.AsBytes<int>(_indices));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ImageShape ShapeOf(ImageSet images, int[] indices)
    {
        foreach (var index in indices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, images.Count, nameof(indices));
        }
        if (images.IsUniform || indices.Length == 0 || indices[0] == 0) return images.Shape;
        var buffer = new ImageBuffer();
        images.Read(indices[0], buffer);
        return buffer.Shape;
    }
}
