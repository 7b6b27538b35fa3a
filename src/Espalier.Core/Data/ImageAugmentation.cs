namespace Espalier.Data;

/// <summary>Random changes of training images, at the size of the input.</summary>
public sealed record ImageAugmentation
{
    /// <summary>Black pixels added on every side before a crop of the input's size at a random place; 4 is usual for CIFAR. 0: no crop.</summary>
    public int CropPadding { get; init; }

    /// <summary>Mirror every second image, on average, left to right.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Draws the change of one image. The number of draws does not depend on the results.</summary>
    internal (int Top, int Left, bool Flip) Draw(SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(CropPadding);
        var (top, left) = CropPadding > 0 ? (random.NextInt32(2 * CropPadding + 1) - CropPadding, random.NextInt32(2 * CropPadding + 1) - CropPadding) : (0, 0);
        return (top, left, HorizontalFlip && random.NextInt32(2) == 1);
    }
}
