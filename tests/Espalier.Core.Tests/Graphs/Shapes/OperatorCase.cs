using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>One node with inputs to run it on.</summary>
internal sealed class OperatorCase(string opType, int opset, string domain = "")
{
    private readonly List<(ElementType Type, Axis[]? Shape, TensorData? Data)?> _inputs = [];
    private readonly NodeAttributes _attributes = [];
    private int _outputs = 1;

    /// <summary>True if output sizes depend on the values of inputs, so that inference cannot know them.</summary>
    public bool IsDataDependent { get; private set; }

    public OperatorCase Input(params Axis[] shape) => Input(ElementType.F32, shape);

    public OperatorCase Input(ElementType type, params Axis[] shape)
    {
        _inputs.Add((type, shape, null));
        return this;
    }

    public OperatorCase Data(TensorData data)
    {
        _inputs.Add((data.ElementType, null, data));
        return this;
    }

    public OperatorCase Ints(params long[] values) => Data(ArrayTensorData.FromInt64(new TensorShape(values.Length), values));

    public OperatorCase Int(long value) => Data(ArrayTensorData.FromInt64(new TensorShape(), value));

    public OperatorCase Floats(params float[] values) => Data(ArrayTensorData.FromSingles(new TensorShape(values.Length), values));

    public OperatorCase Float(float value) => Data(ArrayTensorData.FromSingles(new TensorShape(), [value]));

    public OperatorCase Absent()
    {
        _inputs.Add(null);
        return this;
    }

    public OperatorCase With(string name, long value)
    {
        _attributes.Add(name, value);
        return this;
    }

    public OperatorCase With(string name, float value)
    {
        _attributes.Add(name, value);
        return this;
    }

    public OperatorCase With(string name, string value)
    {
        _attributes.Add(name, value);
        return this;
    }

    public OperatorCase With(string name, params long[] values)
    {
        _attributes.Add(name, values);
        return this;
    }

    public OperatorCase WithFloats(string name, params float[] values)
    {
        _attributes.Add(name, values);
        return this;
    }

    public OperatorCase With(string name, TensorData value)
    {
        _attributes.Add(name, value);
        return this;
    }

    public OperatorCase Returns(int outputs)
    {
        _outputs = outputs;
        return this;
    }

    public OperatorCase DependsOnData()
    {
        IsDataDependent = true;
        return this;
    }

    /// <summary>The node alone in a graph.</summary>
    public Graph Build(bool symbolic)
    {
        var graph = new Graph("case", opset);
        if (domain.Length > 0) graph.DeclareDomain(domain, 1);
        var values = new List<Value?>();
        foreach (var input in _inputs)
        {
            var name = $"x{values.Count}";
            values.Add(input switch
            {
                null => null,
                { Data: { } data } => graph.AddParameter(name, data, isConstant: true).Value,
                var (type, shape, _) => graph.AddInput(name, type, [.. shape!.Select(axis => symbolic && axis.Symbol is { } symbol ? (Dim)symbol : axis.First)]),
            });
        }
        var node = graph.AddNode("node", opType, "", values, [.. Enumerable.Range(0, _outputs).Select(i => $"y{i}")], _attributes, domain);
        foreach (var output in node.Outputs) graph.AddOutput(output!);
        return graph;
    }

    /// <summary>What the symbols stand for in a run.</summary>
    public Dictionary<string, long> Sizes(bool second) => _inputs.OfType<(ElementType Type, Axis[]? Shape, TensorData? Data)>().SelectMany(input => input.Shape ?? [])
        .Where(axis => axis.Symbol is not null).DistinctBy(axis => axis.Symbol).ToDictionary(axis => axis.Symbol!, axis => second ? axis.Second : axis.First);

    public override string ToString()
    {
        var inputs = _inputs.Select(input => input is not { } given ? "-" : given.Data is { } data ? $"const {data.Shape}" : $"{given.Type}[{string.Join(",", given.Shape!.Select(axis => $"{axis.Symbol}{axis.First}"))}]");
        return $"{domain}::{opType}-{opset}({string.Join(", ", inputs)}) {string.Join(" ", _attributes.Select(a => $"{a.Key}={(a.Value is Array list ? string.Join(",", list.Cast<object>()) : a.Value)}"))}";
    }
}
