using Espalier.Data;
using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>Measures how often a classifier is right.</summary>
public static class AccuracyEvaluator
{
    /// <summary>Runs labelled images through a graph with one image input; its first output holds logits [n, classes].</summary>
    /// <param name="graph">The classifier.</param>
    /// <param name="images">Prepared images of a labelled set.</param>
    /// <param name="count">The first so many images; null for all.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="cancellation">Checked before every batch.</param>
    /// <exception cref="UsageException">The images have no labels, or there are none.</exception>
    /// <exception cref="EspalierException">The graph has several inputs, or its output has another form.</exception>
    public static AccuracyReport Measure(Graph graph, PreparedImages images, int? count = null, int batch = 100, CancellationToken cancellation = default)
    {
        if (!images.Images.IsLabelled) throw new UsageException("the images have no labels, so accuracy cannot be measured", images.Images.Origin, "Use a labelled set");
        if (graph.Inputs is not [var input]) throw new EspalierException($"the graph has {graph.Inputs.Count} inputs, so it is no image classifier", graph.Name);
        var total = Math.Min(count ?? images.Count, images.Count);
        if (total < 1) throw new UsageException("there are no images to measure on", images.Images.Origin, "Use at least one");
        var plan = ExecutionPlan.Create(graph, [input], [graph.Outputs[0]]);
        using var parameters = new ParameterCache(CPU);
        var executor = new GraphExecutor(parameters);
        long right = 0, near = 0, classes = 0;
        var loss = 0.0;
        for (var start = 0; start < total; start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var indices = Enumerable.Range(start, Math.Min(batch, total - start)).ToArray();
            var values = new float[indices.Length * images.Shape.Length];
            images.Fill(indices, values);
            var labels = tensor(indices.Select(index => (long)images.Images.Label(index)).ToArray());
            var logits = executor.Run(plan, new Dictionary<Value, Tensor> { [input] = tensor(values).reshape(indices.Length, images.Shape.Channels, images.Shape.Height, images.Shape.Width) })[0];
            if (logits.dim() != 2 || logits.shape[0] != indices.Length) throw new EspalierException($"the output has the shape [{string.Join(", ", logits.shape)}], expected [{indices.Length}, classes]", graph.Outputs[0].Name);
            classes = logits.shape[1];
            right += logits.argmax(1).eq(labels).sum().item<long>();
            if (classes > 5) near += logits.topk(5, 1).indexes.eq(labels.unsqueeze(1)).any(1).sum().item<long>();
            loss += nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum).to(ScalarType.Float64).item<double>();
        }
        return new AccuracyReport(right / (double)total, classes > 5 ? near / (double)total : null, loss / total, total, $"{images.Images.Origin}, {images.Describe()}, {images.Images.Hash()}");
    }
}
