using Espalier.Formats.Onnx.Schema;

namespace Espalier.Formats.Onnx;

/// <summary>
/// Replaces calls of model-local functions by the functions' nodes, so that everything behind the reader sees plain operators.
/// Values inside get the caller's name as a prefix; attributes that refer to the function's attributes get their values.
/// </summary>
internal sealed class FunctionInliner
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 4_000_000;

    private readonly string _file;
    private readonly Dictionary<(string Domain, string Name, string Overload), FunctionProto> _functions = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Prepares the functions of a model.</summary>
    /// <exception cref="InvalidFileException">Functions are declared twice, or use another operator set than the model.</exception>
    public FunctionInliner(ModelProto model, string file)
    {
        _file = file;
        var versions = model.OpsetImport.ToLookup(import => Domain(import.Domain), import => import.Version);
        foreach (var function in model.Functions)
        {
            if (!_functions.TryAdd((Domain(function.Domain), function.Name, function.Overload), function))
                throw new InvalidFileException(file, $"the function '{function.Name}' is declared twice");
            foreach (var import in function.OpsetImport)
            {
                if (versions[Domain(import.Domain)] is var own && own.Any() && !own.Contains(import.Version))
                {
                    throw new InvalidFileException(file, $"the function uses version {import.Version} of the operators '{import.Domain}', the model version {own.First()}",
                        $"function '{function.Name}'", "Convert the model to one version");
                }
            }
        }
    }

    /// <summary>The nodes with all calls replaced, also inside bodies of control flow.</summary>
    public IEnumerable<NodeProto> Expand(IEnumerable<NodeProto> nodes) => Expand(nodes, 0);

    private IEnumerable<NodeProto> Expand(IEnumerable<NodeProto> nodes, int depth)
    {
        foreach (var node in nodes)
        {
            if (++_count > MaxNodes) throw new InvalidFileException(_file, $"the functions expand to more than {MaxNodes} nodes");
            if (_functions.Count == 0 || !_functions.TryGetValue((Domain(node.Domain), node.OpType, node.Overload), out var function))
            {
                yield return node;
                continue;
            }
            if (depth >= MaxDepth) throw new InvalidFileException(_file, "functions call each other without end", $"function '{function.Name}'");
            foreach (var inner in Expand(Body(node, function), depth + 1)) yield return inner;
        }
    }

    private List<NodeProto> Body(NodeProto call, FunctionProto function)
    {
        var prefix = Unique(call.Name.Length > 0 ? call.Name : function.Name);
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
        for (var i = 0; i < function.Input.Count; i++) names[function.Input[i]] = i < call.Input.Count ? call.Input[i] : "";
        for (var i = 0; i < function.Output.Count; i++)
        {
            if (i < call.Output.Count && call.Output[i].Length > 0) names[function.Output[i]] = call.Output[i];
        }
        var attributes = function.AttributeProto.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal);
        foreach (var attribute in call.Attribute) attributes[attribute.Name] = attribute;
        return [.. function.Node.Select(node => Renamed(node, prefix, names, attributes, call))];
    }

    private static NodeProto Renamed(NodeProto node, string prefix, Dictionary<string, string> names, Dictionary<string, AttributeProto> attributes, NodeProto? call)
    {
        string Name(string name) => names.TryGetValue(name, out var known) ? known : names[name] = $"{prefix}/{name}";
        var copy = node.Clone();
        copy.Name = $"{prefix}/{(node.Name.Length > 0 ? node.Name : node.OpType)}";
        for (var i = 0; i < copy.Input.Count; i++) copy.Input[i] = Name(copy.Input[i]);
        for (var i = 0; i < copy.Output.Count; i++) copy.Output[i] = Name(copy.Output[i]);
        if (call is not null && copy.MetadataProps.Count == 0) copy.MetadataProps.AddRange(call.MetadataProps);
        copy.Attribute.Clear();
        foreach (var attribute in node.Attribute)
        {
            if (attribute.RefAttrName.Length == 0) copy.Attribute.Add(attribute.Clone());
            else if (attributes.TryGetValue(attribute.RefAttrName, out var given))
            {
                var bound = given.Clone();
                bound.Name = attribute.Name;
                copy.Attribute.Add(bound);
            }
        }
        foreach (var attribute in copy.Attribute.Where(attribute => attribute.G is not null)) Rename(attribute.G);
        return copy;

        void Rename(GraphProto body)
        {
            foreach (var value in body.Input.Concat(body.Output).Concat(body.ValueInfo)) value.Name = Name(value.Name);
            foreach (var tensor in body.Initializer) tensor.Name = Name(tensor.Name);
            for (var i = 0; i < body.Node.Count; i++) body.Node[i] = Renamed(body.Node[i], prefix, names, attributes, null);
        }
    }

    private string Unique(string stem)
    {
        var name = stem;
        for (var i = 2; !_names.Add(name); i++) name = $"{stem}_{i}";
        return name;
    }

    private static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;
}
