using Espalier.Data;
using Espalier.Torch.Execution;
using Espalier.Torch.Training;
using Espalier.Torch.Training.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Espalier.Torch.Calibration;

/// <summary>
/// Collects gradients of a classifier for criteria of importance. The model runs in evaluation mode: batch normalisation uses its running statistics, so an
/// image's gradient does not depend on the others of its batch. Batches count by their images; sums are kept in double.
/// </summary>
/// <param name="module">The model; it is not changed.</param>
/// <param name="output">Name of the value with the logits; null: the graph's first output.</param>
public sealed class GradientCollector(GraphModule module, string? output = null)
{
    /// <summary>Collects.</summary>
    /// <param name="images">Images with labels.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="progress">Told the share that is done, after every batch.</param>
    /// <param name="cancellation">Checked before every batch.</param>
    /// <exception cref="UsageException">The images have no labels, or a name is no value of the graph.</exception>
    /// <exception cref="EspalierException">The loss is not finite, or an operator cannot be differentiated.</exception>
    public GradientReport Collect(PreparedImages images, GradientRequest request, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (!images.Images.IsLabelled) throw new UsageException("the images have no labels", images.Images.Origin, "Use images with labels");
        using var scope = NewDisposeScope();
        var plan = ClassifierPlan.Create(module.Graph, output, request.Activations.Keys);
        var names = module.TrainableOf(plan.Plan).ToArray();
        Tensor[] weights = [.. names.Select(name => module.Trainable[name])];
        var (mean, squares, product) = (new GradientSums(names, weights), new GradientSums(names, weights), new GradientSums(names, weights));
        var activations = new ActivationSums(request.Activations);
        var (loss, count) = (0.0, 0);
        var passes = request.HessianProduct ? 2 : 1;

        foreach (var (batch, own) in Batches(images, request, 0, passes, progress, cancellation))
        {
            var results = Run(plan, own, batch.Values.Span, batch.Count, images.Shape);
            activations.Add(name => plan.Value(results, name), batch.Count);
            var batchLoss = Loss(plan, results, batch.Labels!);
            var number = batchLoss.to(ScalarType.Float64).item<double>();
            if (!double.IsFinite(number)) throw new EspalierException($"the loss of batch {batch.Position} is {number}", "gradients", "Check the weights and the images");
            (loss, count) = (loss + (number * batch.Count), count + batch.Count);
            var gradients = Gradients.Of(batchLoss, weights);
            mean.Add(gradients, batch.Count);
            if (request.Squares == SquaredGradients.PerBatch) squares.AddSquares(gradients);
            if (request.Squares == SquaredGradients.PerImage) AddImages(plan, batch, images.Shape, weights, squares);
        }
        if (request.HessianProduct)
        {
            var direction = mean.Means();
            foreach (var (batch, own) in Batches(images, request, 1, passes, progress, cancellation))
            {
                var results = Run(plan, own, batch.Values.Span, batch.Count, images.Shape);
                product.Add(Gradients.HessianProduct(Loss(plan, results, batch.Labels!), weights, direction), batch.Count);
            }
        }
        return new GradientReport
        {
            Mean = mean.ToArrays(),
            Squared = squares.ToArrays(),
            HessianProduct = product.ToArrays(),
            Activations = activations.ToArrays(),
            Loss = loss / count,
            Images = count,
        };
    }

    /// <summary>The batches of a pass, each with a dispose scope of its own that is the current one.</summary>
    private static IEnumerable<(ImageBatch Batch, DisposeScope Scope)> Batches(
        PreparedImages images, GradientRequest request, int pass, int passes, IProgress<double>? progress, CancellationToken cancellation)
    {
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = request.BatchSize, Shuffle = request.Shuffle, Seed = request.Seed, Augmentation = request.Augmentation });
        var count = request.Batches ?? batches.BatchesPerEpoch;
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            yield return (batches.Next(), scope);
            progress?.Report((pass + ((i + 1.0) / count)) / passes);
        }
    }

    private void AddImages(ClassifierPlan plan, ImageBatch batch, ImageShape shape, Tensor[] weights, GradientSums squares)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            using var scope = NewDisposeScope();
            var results = Run(plan, scope, batch.Values.Span.Slice(i * shape.Length, shape.Length), 1, shape);
            squares.AddSquares(Gradients.Of(Loss(plan, results, [batch.Labels![i]]), weights));
        }
    }

    private Tensor[] Run(ClassifierPlan plan, DisposeScope scope, ReadOnlySpan<float> values, int count, ImageShape shape)
    {
        var results = module.RunEvaluating(plan.Plan, plan.Feeds(values, count, shape, module.Device));
        scope.Attach(results);
        return results;
    }

    private Tensor Loss(ClassifierPlan plan, Tensor[] results, IEnumerable<int> labels) =>
        ClassificationLoss.CrossEntropy(plan.Logits(results), tensor(labels.Select(static label => (long)label).ToArray(), ScalarType.Int64, module.Device), 0);
}
