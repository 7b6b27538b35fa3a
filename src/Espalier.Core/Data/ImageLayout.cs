namespace Espalier.Data;

/// <summary>Order of the axes of an array of images.</summary>
public enum ImageLayout
{
    /// <summary>[images, height, width, channels].</summary>
    ChannelsLast,

    /// <summary>[images, channels, height, width].</summary>
    ChannelsFirst,
}
