using Espalier.Data;
using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>How running statistics are measured anew.</summary>
public sealed record BatchNormOptions
{
    /// <summary>Images per batch.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>Batches to use; null: one pass over all images.</summary>
    public int? Batches { get; init; }

    /// <summary>
    /// Changes of the images. Use those of the training: statistics of plain images may not fit weights that were trained on padded crops (a CIFAR ResNet-20 that
    /// was not pruned at all loses four points by them).
    /// </summary>
    public ImageAugmentation? Augmentation { get; init; }

    /// <summary>Draw the images in random order; false: in the order of the set.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Seed of order and augmentation.</summary>
    public long Seed { get; init; }
}

/// <summary>What was measured.</summary>
/// <param name="Layers">BatchNormalization nodes that got new statistics; 0 where the model has none.</param>
/// <param name="Images">Images seen.</param>
/// <param name="Protocol">Images, preprocessing and augmentation in one line, for reports.</param>
public sealed record BatchNormReport(int Layers, long Images, string Protocol);

/// <summary>
/// Running statistics measured anew, after pruning or any other change of weights: forward passes in which every batch is normalised by itself, and mean and
/// variance of all values that arrived at a node, pooled exactly over the batches (not an average with momentum). The weights stay.
/// </summary>
public static class BatchNormReestimation
{
    /// <summary>Measures the statistics of a module and keeps them in it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="images">Images; labels are not needed.</param>
    /// <param name="options">Which images, and how.</param>
    /// <param name="progress">Told the number of images seen, after every batch.</param>
    /// <param name="cancellation">Checked before every batch; the module is unchanged then.</param>
    /// <exception cref="EspalierException">Statistics are no parameters, a batch has one value per channel, or a value is not finite.</exception>
    public static BatchNormReport Run(GraphModule module, PreparedImages images, BatchNormOptions options, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = options.BatchSize, Shuffle = options.Shuffle, Seed = options.Seed, Augmentation = options.Augmentation });
        var plan = ClassifierPlan.Create(module.Graph);
        var pooled = new PooledStatistics();
        var (count, seen) = (options.Batches ?? batches.BatchesPerEpoch, 0L);
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var batch = batches.Next();
            scope.Attach(module.Run(plan.Plan, plan.Feeds(batch, images.Shape, module.Device), pooled));
            seen += batch.Count;
            progress?.Report(seen);
        }
        pooled.Store(module);
        var augmentation = options.Augmentation is { } changes ? $"crop of {changes.CropPadding} px padding{(changes.HorizontalFlip ? ", flip" : "")}" : "none";
        return new BatchNormReport(pooled.Nodes, seen, $"{images.Describe()}; {seen} images in batches of {options.BatchSize}, augmentation {augmentation}, seed {options.Seed}");
    }

    /// <summary>The same for a graph: its running statistics are replaced, in their types; nothing else changes.</summary>
    /// <inheritdoc cref="Run(GraphModule, PreparedImages, BatchNormOptions, IProgress{long}, CancellationToken)"/>
    /// <param name="graph">The graph.</param>
    /// <param name="device">Device of the computation.</param>
    /// <param name="images">Images; labels are not needed.</param>
    /// <param name="options">Which images, and how.</param>
    /// <param name="progress">Told the number of images seen, after every batch.</param>
    /// <param name="cancellation">Checked before every batch; the graph is unchanged then.</param>
    public static BatchNormReport Run(Graph graph, Device device, PreparedImages images, BatchNormOptions options, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        using var module = new GraphModule(graph, device);
        var report = Run(module, images, options, progress, cancellation);
        module.WriteBackStatistics(keepTypes: true);
        return report;
    }
}
