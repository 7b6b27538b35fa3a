using Espalier.Data;

namespace Espalier.Torch.Calibration;

/// <summary>Over what squares of gradients are averaged.</summary>
public enum SquaredGradients
{
    /// <summary>They are not wanted.</summary>
    None,

    /// <summary>Squares of the gradient of every batch's mean loss: quick, and smaller by up to the batch size than those of single images.</summary>
    PerBatch,

    /// <summary>Squares of the gradient of every image's loss: the diagonal of the empirical Fisher matrix. One backward pass per image.</summary>
    PerImage,
}

/// <summary>What is collected, and from what.</summary>
public sealed record GradientRequest
{
    /// <summary>Images per batch.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Batches to use; null: one pass over all images.</summary>
    public int? Batches { get; init; }

    /// <summary>Draw the images in random order; false: in the order of the set.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Changes of the images; null for none.</summary>
    public ImageAugmentation? Augmentation { get; init; }

    /// <summary>Seed of order and augmentation.</summary>
    public long Seed { get; init; }

    /// <summary>Whether and how squared gradients are collected.</summary>
    public SquaredGradients Squares { get; init; }

    /// <summary>True: the product of Hessian and mean gradient is collected, with a second pass over the same images.</summary>
    public bool HessianProduct { get; init; }

    /// <summary>Values whose mean absolute activations are wanted: name, and axis of the channels (1 in convolutional networks; negative axes count from the end).</summary>
    public IReadOnlyDictionary<string, int> Activations { get; init; } = new Dictionary<string, int>();
}
