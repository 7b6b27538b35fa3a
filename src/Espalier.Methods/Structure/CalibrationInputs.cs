using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using static TorchSharp.torch;

namespace Espalier.Methods.Structure;

/// <summary>Batches of model inputs in memory: what activations are computed from.</summary>
public sealed class CalibrationInputs : IDisposable
{
    private readonly List<Dictionary<string, Tensor>> _batches = [];
    private IReadOnlyDictionary<string, TensorData>? _probe;

    private CalibrationInputs(string description)
    {
        TorchRuntime.EnsureLoaded(); // before the first tensor, or an error that names the remedy
        Description = description;
    }

    /// <summary>Where the inputs come from, for reports.</summary>
    public string Description { get; }

    /// <summary>The first batch, by input name: a probe to compare models on.</summary>
    public IReadOnlyDictionary<string, TensorData> Probe => _probe ?? throw new InvalidOperationException("There are no batches.");

    /// <summary>Samples in all batches.</summary>
    public int Count { get; private set; }

    /// <summary>The first images of a set, in batches.</summary>
    /// <param name="images">Prepared images.</param>
    /// <param name="input">Name of the model's input.</param>
    /// <param name="count">Images to take; fewer if the set has fewer.</param>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="augmentation">Crops and flips as in training, or null.</param>
    /// <param name="seed">Seed of the augmentation.</param>
    public static CalibrationInputs FromImages(PreparedImages images, string input, int count, int batch, ImageAugmentation? augmentation = null, int seed = 0)
    {
        var inputs = new CalibrationInputs(images.Describe());
        var random = new SeededRandom(seed);
        count = Math.Min(count, images.Count);
        for (var start = 0; start < count; start += batch)
        {
            var indices = Enumerable.Range(start, Math.Min(batch, count - start)).ToArray();
            var values = new float[indices.Length * images.Shape.Channels * images.Shape.Height * images.Shape.Width];
            if (augmentation is null) images.Fill(indices, values);
            else images.Fill(indices, values, augmentation, random);
            inputs.Add(new Dictionary<string, TensorData>
            {
                [input] = ArrayTensorData.FromSingles(new TensorShape(indices.Length, images.Shape.Channels, images.Shape.Height, images.Shape.Width), values),
            });
            inputs.Count += indices.Length;
        }
        return inputs;
    }

    /// <summary>Given tensors, batch by batch, by name of the model's inputs.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="count">Samples in all of them.</param>
    /// <param name="description">Where they come from.</param>
    public static CalibrationInputs FromBatches(IEnumerable<IReadOnlyDictionary<string, TensorData>> batches, int count, string description)
    {
        var inputs = new CalibrationInputs(description) { Count = count };
        foreach (var batch in batches) inputs.Add(batch);
        return inputs;
    }

    /// <summary>The batches as feeds of a graph.</summary>
    /// <exception cref="EspalierException">An input of the graph is missing.</exception>
    public IEnumerable<IReadOnlyDictionary<Value, Tensor>> For(Graph graph) => _batches.Select(batch => graph.Inputs.ToDictionary(input => input,
        input => batch.TryGetValue(input.Name, out var tensor) ? tensor : throw new EspalierException($"the data have no array for the input '{input.Name}'", Description, "Name the arrays like the model's inputs")));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _batches.SelectMany(batch => batch.Values)) tensor.Dispose();
        _batches.Clear();
    }

    private void Add(IReadOnlyDictionary<string, TensorData> tensors)
    {
        _probe ??= tensors;
        _batches.Add(tensors.ToDictionary(pair => pair.Key, pair => TensorInterop.ToTensor(pair.Value, CPU).DetachFromDisposeScope()));
    }
}
