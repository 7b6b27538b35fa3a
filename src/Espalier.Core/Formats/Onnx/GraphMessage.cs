using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>
/// Turns a graph into its ONNX message: nodes, attributes, types and shapes. Initializers are the caller's, because they may be large.
/// </summary>
internal sealed class GraphMessage
{
    /// <summary>Key under which a node's module path is kept.</summary>
    public const string ScopeKey = "espalier.scope";

    private readonly Graph _graph;
    private readonly OnnxWriteOptions _options;
    private readonly bool _nodeMetadata;
    private readonly Dictionary<Value, string> _widened = [];

    private GraphMessage(Graph graph, OnnxWriteOptions options, bool nodeMetadata)
    {
        _graph = graph;
        _options = options;
        _nodeMetadata = nodeMetadata;
    }

    /// <summary>The message of a graph without its initializers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Options.</param>
    /// <param name="nodeMetadata">Whether the file's version has metadata at nodes.</param>
    public static GraphProto Create(Graph graph, OnnxWriteOptions options, bool nodeMetadata) =>
        new GraphMessage(graph, options, nodeMetadata).Create();

    private GraphProto Create()
    {
        var message = new GraphProto { Name = _graph.Name.Length == 0 ? "graph" : _graph.Name };
        AddWidening(message);
        message.Node.AddRange(_graph.Nodes.Select(NodeMessage));
        message.Input.AddRange(_graph.Inputs.Select(Describe));
        var outputs = _graph.Outputs.Concat(_options.ExtraOutputs.Select(FindOutput)).Distinct().ToArray();
        message.Output.AddRange(outputs.Select(Describe));
        var typed = _graph.Nodes.SelectMany(node => node.Outputs).OfType<Value>().Where(value => value.ElementType is not null);
        message.ValueInfo.AddRange(typed.Except(outputs).Select(Describe));
        return message;
    }

    /// <summary>Weights stored in half precision are widened once, whoever uses them.</summary>
    private void AddWidening(GraphProto message)
    {
        if (_options.WeightType is not (ElementType.F16 or ElementType.BF16)) return;
        foreach (var parameter in _graph.Parameters.Values)
        {
            if (parameter.IsConstant || !parameter.Data.ElementType.IsFloat()) continue;
            var name = $"{parameter.Name}:F32";
            while (_graph.Values.ContainsKey(name)) name += "_";
            _widened.Add(parameter.Value, name);
            var cast = new NodeProto { Name = $"{parameter.Name}/Cast", OpType = "Cast" };
            cast.Input.Add(parameter.Name);
            cast.Output.Add(name);
            cast.Attribute.Add(AttributeMessage("to", (long)OnnxTypes.ToOnnx(ElementType.F32)));
            message.Node.Add(cast);
        }
    }

    private NodeProto NodeMessage(Node node)
    {
        var message = new NodeProto { Name = node.Name, OpType = node.OpType };
        if (node.Domain.Length > 0) message.Domain = node.Domain;
        message.Input.AddRange(WithoutTrailing(node.Inputs).Select(InputName));
        message.Output.AddRange(WithoutTrailing(node.Outputs).Select(value => value?.Name ?? ""));
        foreach (var (name, value) in node.Attributes) message.Attribute.Add(AttributeMessage(name, value));
        if (_nodeMetadata && node.Scope.Length > 0)
            message.MetadataProps.Add(new StringStringEntryProto { Key = ScopeKey, Value = node.Scope });
        return message;
    }

    private string InputName(Value? value) => value is null ? "" : _widened.GetValueOrDefault(value, value.Name);

    private AttributeProto AttributeMessage(string name, object value) =>
        AttributeMessages.Create(name, value, subgraph =>
        {
            var inner = Create(subgraph, _options with { ExtraOutputs = [], WeightType = null }, _nodeMetadata);
            foreach (var parameter in subgraph.Parameters.Values) inner.Initializer.Add(AttributeMessages.Tensor(parameter.Data, parameter.Name));
            return inner;
        });

    private ValueInfoProto Describe(Value value)
    {
        var message = new ValueInfoProto { Name = value.Name };
        if (value.ElementType is not { } type) return message;
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)OnnxTypes.ToOnnx(TypeInFile(value, type)) };
        message.Type = new TypeProto { TensorType = tensor };
        if (value.Shape is not { } shape) return message;
        tensor.Shape = new TensorShapeProto();
        tensor.Shape.Dim.AddRange(shape.Select(Dimension));
        return message;
    }

    /// <summary>With a stated weight type the arithmetic is F32, whatever types the checkpoint lent to the values.</summary>
    private ElementType TypeInFile(Value value, ElementType type)
    {
        if (value.Parameter is { } parameter) return StoredTensors.TypeOf(parameter, _options.WeightType);
        return _options.WeightType is not null && type.IsFloat() ? ElementType.F32 : type;
    }

    private static TensorShapeProto.Types.Dimension Dimension(Dim dim) => dim switch
    {
        { Size: { } size } => new() { DimValue = size },
        { IsUnknown: true } => new(),
        _ => new() { DimParam = dim.ToString() },
    };

    private Value FindOutput(string name)
    {
        if (_graph.Values.TryGetValue(name, out var value) && value.Producer is not null) return value;
        var computed = _graph.Values.Values.Where(candidate => candidate.Producer is not null).Select(candidate => candidate.Name);
        throw new UsageException($"there is no computed value {NearNames.Quote(name)}", nameof(OnnxWriteOptions.ExtraOutputs),
            NearNames.Suggest(name, computed));
    }

    private static IEnumerable<Value?> WithoutTrailing(IReadOnlyList<Value?> values)
    {
        var count = values.Count;
        while (count > 0 && values[count - 1] is null) count--;
        return values.Take(count);
    }
}
