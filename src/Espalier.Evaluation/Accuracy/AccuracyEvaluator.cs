using Espalier.Data;
using Espalier.Graphs;
using Espalier.Reports;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>
/// Accuracy and loss of an image classifier over labelled images, in evaluation mode and without gradients. Of a graph the weights are loaded once and kept
/// until disposal; of a module they are taken as they are at the time.
/// </summary>
public sealed class AccuracyEvaluator : IDisposable
{
    private readonly ClassifierPlan _plan;
    private readonly ParameterCache? _parameters;
    private readonly Device _device;
    private readonly Func<IReadOnlyDictionary<Value, Tensor>, Tensor[]> _run;

    /// <summary>Prepares a graph.</summary>
    /// <param name="graph">A graph with one input, images [n, channels, height, width].</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="output">Name of the value with the logits; null: the first output, or the input of the Softmax that makes it.</param>
    /// <exception cref="EspalierException">The graph is no classifier of images, or has operators that cannot be executed.</exception>
    public AccuracyEvaluator(Graph graph, Device device, string? output = null)
    {
        _plan = ClassifierPlan.Create(graph, output);
        _parameters = new ParameterCache(device);
        _device = device;
        var executor = new GraphExecutor(_parameters);
        _run = feeds => executor.Run(_plan.Plan, feeds);
    }

    /// <summary>Prepares a module; its mode does not matter and is not changed.</summary>
    /// <param name="module">A module over a graph with one input.</param>
    /// <param name="output">Name of the value with the logits; null: the first output, or the input of the Softmax that makes it.</param>
    /// <exception cref="EspalierException">The graph is no classifier of images, or has operators that cannot be executed.</exception>
    public AccuracyEvaluator(GraphModule module, string? output = null)
    {
        _plan = ClassifierPlan.Create(module.Graph, output);
        _device = module.Device;
        _run = feeds => module.RunEvaluating(_plan.Plan, feeds);
    }

    /// <summary>Evaluates all images of a set.</summary>
    /// <param name="images">Labelled images, prepared for the model.</param>
    /// <param name="batchSize">Images per forward pass.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellation">Checked before every batch.</param>
    /// <exception cref="UsageException">The images have no labels, or more classes than the model.</exception>
    /// <exception cref="EspalierException">A loss is not a number, or an image is damaged.</exception>
    public AccuracyReport Evaluate(PreparedImages images, int batchSize = 250, IProgress<AccuracyProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!images.Images.IsLabelled) throw new UsageException("the images have no labels", images.Images.Origin, "Use images with labels");
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = batchSize });
        var (top1, top5, done, classes, loss) = (0, 0, 0, 0L, 0.0);
        while (batches.Epoch == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var batch = batches.Next();
            var results = _run(_plan.Feeds(batch, images.Shape, _device));
            // What the executor returns belongs to no scope.
            scope.Attach(results);
            var logits = _plan.Logits(results);
            classes = logits.shape[1];
            if (images.Images.ClassCount > classes)
                throw new UsageException($"the images have {images.Images.ClassCount} classes, but the model tells {classes} apart", images.Images.Origin, "Use images with the classes of the model");
            var ranks = Ranks(logits, batch.Labels!, out var losses);
            foreach (var rank in ranks)
            {
                if (rank == 0) top1++;
                if (rank < 5) top5++;
            }
            loss += losses;
            done += batch.Count;
            if (!double.IsFinite(loss))
                throw new EspalierException("the loss is not a number: the model's outputs hold NaN or infinity", $"images {done - batch.Count} to {done - 1}", "Check the weights with 'espalier verify'");
            progress?.Report(new AccuracyProgress(done, images.Count, (double)top1 / done));
        }
        return new AccuracyReport
        {
            Top1 = (double)top1 / done,
            Top5 = classes > 5 ? (double)top5 / done : null,
            MeanLoss = loss / done,
            Images = done,
            Classes = (int)classes,
            BatchSize = batchSize,
            Output = _plan.LogitsName,
            Preparation = images.Describe(),
            Data = Path.GetFileName(Path.TrimEndingDirectorySeparator(images.Images.Origin)),
            DataSha256 = images.Images.Hash(),
            Arithmetic = Arithmetic.Describe(_device),
        };
    }

    /// <summary>Releases the weights of a graph; a module stays.</summary>
    public void Dispose() => _parameters?.Dispose();

    /// <summary>How many classes stand before each image's own, and the sum of the losses in double. A network whose logits are all equal must not seem perfect.</summary>
    private static List<int> Ranks(Tensor logits, IReadOnlyList<int> labels, out double loss)
    {
        var width = (int)logits.shape[1];
        var values = logits.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        var ranks = new List<int>(labels.Count);
        loss = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            var row = values.AsSpan(i * width, width);
            var own = row[labels[i]];
            var (rank, largest, sum) = (0, double.NegativeInfinity, 0.0);
            for (var c = 0; c < width; c++)
            {
                if (row[c] > own || (row[c] == own && c < labels[i])) rank++;
                largest = Math.Max(largest, row[c]);
            }
            foreach (var value in row) sum += Math.Exp(value - largest);
            loss += largest + Math.Log(sum) - own;
            ranks.Add(rank);
        }
        return ranks;
    }
}
