namespace Espalier.Reports;

/// <summary>Accuracies of an image classifier with their protocol.</summary>
public sealed record AccuracyReport
{
    /// <summary>Share of images whose class has the largest logit, in [0, 1]. Of equal logits the first counts as the larger.</summary>
    public required double Top1 { get; init; }

    /// <summary>Share of images whose class is among the five largest logits; null for models of five classes or fewer.</summary>
    public required double? Top5 { get; init; }

    /// <summary>Mean cross-entropy, nats per image.</summary>
    public required double MeanLoss { get; init; }

    /// <summary>Images counted.</summary>
    public required int Images { get; init; }

    /// <summary>Classes that the model tells apart.</summary>
    public required int Classes { get; init; }

    /// <summary>Images per forward pass.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Name of the value with the logits.</summary>
    public required string Output { get; init; }

    /// <summary>Number of images, their shape, and how they were prepared.</summary>
    public required string Preparation { get; init; }

    /// <summary>Name of the file or folder of the images, without folders before it.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of everything that the images and labels were read from, lower-case hex.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>Arithmetic of the forward pass, for example <c>f32 on cpu, 2 threads</c>.</summary>
    public required string Arithmetic { get; init; }
}
