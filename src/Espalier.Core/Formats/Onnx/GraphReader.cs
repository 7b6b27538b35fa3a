using Espalier.Formats.Onnx.Schema;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>Turns a graph message into a <see cref="Graph"/>: initializers and constant nodes become parameters, functions their nodes.</summary>
internal sealed class GraphReader(string file, TensorReader tensors, FunctionInliner functions)
{
    private readonly HashSet<string> _nodeNames = new(StringComparer.Ordinal);

    /// <summary>Fills a graph.</summary>
    /// <param name="graph">An empty graph, or an empty body of control flow.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="InvalidFileException">Names are missing or used twice, nodes form a circle, or a part is damaged.</exception>
    public void Read(Graph graph, GraphProto message)
    {
        var declared = new Dictionary<string, ValueInfoProto>(StringComparer.Ordinal);
        foreach (var info in message.ValueInfo.Concat(message.Output)) declared[info.Name] = info;
        AddParameters(graph, message);
        foreach (var input in message.Input)
        {
            // Old files list initializers as inputs too: there they are values to start from, and nobody gives them.
            if (!graph.Parameters.ContainsKey(input.Name)) AddInput(graph, input);
        }
        foreach (var node in NodeOrder.Sort([.. functions.Expand(message.Node)], file)) AddNode(graph, node, declared);
        foreach (var output in message.Output)
        {
            var value = graph.FindValue(output.Name) ?? throw new InvalidFileException(file, $"the output '{output.Name}' is not computed by any node", Where(graph));
            Complete(value, output.Type);
            graph.AddOutput(value);
        }
    }

    private void AddParameters(Graph graph, GraphProto message)
    {
        foreach (var tensor in message.Initializer)
            Add(graph, tensor.Name, tensors.Read(tensor, $"initializer '{tensor.Name}'"));
        foreach (var sparse in message.SparseInitializer)
        {
            var name = sparse.Values?.Name ?? "";
            Add(graph, name, tensors.Read(sparse, $"initializer '{name}'"));
        }
    }

    private void Add(Graph graph, string name, TensorData data)
    {
        if (name.Length == 0) throw new InvalidFileException(file, "an initializer has no name", Where(graph));
        if (graph.Values.ContainsKey(name)) throw new InvalidFileException(file, $"the name '{name}' is used twice", Where(graph));
        graph.AddParameter(name, data);
    }

    private void AddInput(Graph graph, ValueInfoProto input)
    {
        if (graph.Values.ContainsKey(input.Name) || input.Name.Length == 0) throw new InvalidFileException(file, $"the name '{input.Name}' of an input is empty or used twice", Where(graph));
        if (input.Type is { TensorType: null } other && other.ValueCase != TypeProto.ValueOneofCase.None)
            throw new InvalidFileException(file, $"the input is a {other.ValueCase.ToString().Replace("Type", "", StringComparison.Ordinal).ToLowerInvariant()}, but only tensors can enter", $"input '{input.Name}'", "Export the model with tensor inputs");
        if (input.Type?.TensorType is { } tensor && OnnxTypes.FromOnnx(tensor.ElemType) is { } type)
            graph.AddPartlyKnownInput(input.Name, type, tensor.Shape is null ? null : [.. tensor.Shape.Dim.Select(Dimension)]);
        else if (graph.Parent is not null)
            graph.AddPartlyKnownInput(input.Name, null, null); // bodies may leave the types of their inputs to the runtime
        else
            throw new InvalidFileException(file, "the input has no element type", $"input '{input.Name}'");
    }

    private void AddNode(Graph graph, NodeProto message, Dictionary<string, ValueInfoProto> declared)
    {
        var name = UniqueName(message);
        var part = $"node '{name}' ({message.OpType})";
        if (ConstantNodes.Read(message, tensors, part) is { } constant && message.Output.Count > 0)
        {
            Add(graph, message.Output[0], constant);
            return;
        }
        var inputs = message.Input.Select(input => input.Length == 0 ? null : graph.FindValue(input) ?? throw Dangling(input, part)).ToArray();
        if (message.Output.FirstOrDefault(output => output.Length > 0 && graph.Values.ContainsKey(output)) is { } twice)
            throw new InvalidFileException(file, $"the name '{twice}' is used twice", part);
        var attributes = new NodeAttributes();
        foreach (var attribute in message.Attribute)
        {
            if (attributes.Contains(attribute.Name)) throw new InvalidFileException(file, $"the attribute '{attribute.Name}' is given twice", part);
            if (attribute.RefAttrName.Length > 0) throw new InvalidFileException(file, $"the attribute '{attribute.Name}' refers to a function, but stands outside one", part);
            AttributeReader.Add(attributes, attribute, tensors, body => ReadBody(graph, body), part);
        }
        var domain = message.Domain == "ai.onnx" ? "" : message.Domain;
        var node = graph.AddNode(name, message.OpType, NodeScopes.Of(message), inputs, [.. message.Output.Select(output => output.Length == 0 ? null : output)], attributes, domain);
        foreach (var output in node.Outputs)
        {
            if (output is not null && declared.TryGetValue(output.Name, out var info)) Complete(output, info.Type);
        }
    }

    private Graph ReadBody(Graph parent, GraphProto message)
    {
        var body = new Graph(message.Name, parent);
        Read(body, message);
        return body;
    }

    private InvalidFileException Dangling(string input, string part) =>
        new(file, $"the input '{input}' is no input of the model, no initializer and no output of a node", part);

    /// <summary>Takes from the file what cannot be inferred.</summary>
    private static void Complete(Value value, TypeProto? type)
    {
        if (type?.TensorType is { } tensor) value.Declare(OnnxTypes.FromOnnx(tensor.ElemType), tensor.Shape is null ? null : [.. tensor.Shape.Dim.Select(Dimension)]);
    }

    private static Dim Dimension(TensorShapeProto.Types.Dimension message) => message.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when message.DimValue >= 0 => message.DimValue,
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when message.DimParam.Length > 0 => Dim.Parse(message.DimParam),
        _ => Dim.Unknown,
    };

    private string UniqueName(NodeProto message)
    {
        var stem = message.Name.Length > 0 ? message.Name : message.Output.FirstOrDefault(output => output.Length > 0) is { } output ? $"{message.OpType}:{output}" : message.OpType;
        var name = stem;
        for (var i = 2; !_nodeNames.Add(name); i++) name = $"{stem}_{i}";
        return name;
    }

    private static string Where(Graph graph) => graph.Parent is null ? $"graph '{graph.Name}'" : $"body '{graph.Name}'";
}
