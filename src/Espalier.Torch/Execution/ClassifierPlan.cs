using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>
/// How an image classifier is executed: from its only input [n, channels, height, width] to logits [n, classes], and to other values on the way that are
/// wanted. A Softmax at the end is left out: its input are the logits.
/// </summary>
public sealed class ClassifierPlan
{
    private readonly Value _logits;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private ClassifierPlan(Value input, Value logits, IReadOnlyList<Value> others, ExecutionPlan plan)
    {
        (Input, _logits, Plan) = (input, logits, plan);
        var targets = plan.Targets.ToList();
        foreach (var value in others.Append(logits)) _places[value.Name] = targets.IndexOf(value);
    }

    /// <summary>The input for images.</summary>
    public Value Input { get; }

    /// <summary>Name of the value that holds the logits.</summary>
    public string LogitsName => _logits.Name;

    /// <summary>What is executed.</summary>
    public ExecutionPlan Plan { get; }

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">A graph with one input.</param>
    /// <param name="output">Name of the value with the logits; null: the graph's first output.</param>
    /// <param name="values">Names of further values that are wanted.</param>
    /// <exception cref="UsageException">A name is no computed value of the graph.</exception>
    /// <exception cref="EspalierException">The graph has several inputs or no output, or operators that cannot be executed.</exception>
    public static ClassifierPlan Create(Graph graph, string? output = null, IEnumerable<string>? values = null)
    {
        if (graph.Inputs is not [var input])
            throw new EspalierException($"the graph has {graph.Inputs.Count} inputs, but a classifier of images has one", $"graph '{graph.Name}'", "Use a model with one input");
        var logits = output is not null ? Find(graph, output)
            : graph.Outputs.Count > 0 ? graph.Outputs[0] : throw new EspalierException("the graph has no output", $"graph '{graph.Name}'", "Use a model with an output");
        if (output is null && logits.Producer is { OpType: "Softmax" } softmax) logits = softmax.Input(0);
        var others = (values ?? []).Select(name => Find(graph, name)).ToArray();
        return new ClassifierPlan(input, logits, others, ExecutionPlan.Create(graph, [input], [logits, .. others]));
    }

    /// <summary>What the plan is fed with for a batch.</summary>
    /// <param name="batch">The images; their memory is copied.</param>
    /// <param name="shape">Shape of every image.</param>
    /// <param name="device">Device of the model.</param>
    /// <returns>Tensors of the current dispose scope, in the type that the model computes in.</returns>
    public IReadOnlyDictionary<Value, Tensor> Feeds(ImageBatch batch, ImageShape shape, Device device) => Feeds(batch.Values.Span, batch.Count, shape, device);

    internal IReadOnlyDictionary<Value, Tensor> Feeds(ReadOnlySpan<float> images, int count, ImageShape shape, Device device) => new Dictionary<Value, Tensor>
    {
        [Input] = TensorInterop.ToTensor(images, [count, shape.Channels, shape.Height, shape.Width], device).to(Input.ElementType == ElementType.F64 ? ScalarType.Float64 : ScalarType.Float32),
    };

    /// <summary>The logits among the plan's results.</summary>
    /// <param name="results">Results of the plan.</param>
    /// <returns>[n, classes]; a view of the result where that has further axes of size 1.</returns>
    /// <exception cref="EspalierException">The value has another shape.</exception>
    public Tensor Logits(IReadOnlyList<Tensor> results)
    {
        var logits = results[_places[_logits.Name]];
        if (logits.dim() > 2 && logits.shape[2..].All(size => size == 1)) logits = logits.flatten(1);
        return logits.dim() == 2 ? logits : throw new EspalierException(
            $"its shape is [{string.Join(", ", logits.shape)}], but logits are [images, classes]", $"value '{_logits.Name}'", "Name the value that holds the logits");
    }

    /// <summary>A wanted value among the plan's results.</summary>
    /// <param name="results">Results of the plan.</param>
    /// <param name="name">Its name.</param>
    public Tensor Value(IReadOnlyList<Tensor> results, string name) => results[_places[name]];

    private static Value Find(Graph graph, string name) => graph.Values.TryGetValue(name, out var value) && value.Producer is not null ? value
        : throw new UsageException($"the graph computes no value '{name}'", $"graph '{graph.Name}'", Formats.NearNames.Suggest(name, graph.Values.Where(pair => pair.Value.Producer is not null).Select(pair => pair.Key)));
}
