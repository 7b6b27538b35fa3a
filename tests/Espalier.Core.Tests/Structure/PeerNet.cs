using System.Text.Json;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Testing;

namespace Espalier.Core.Tests.Structure;

/// <summary>The networks on which Torch-Pruning was run, built from their recorded weights, and what it gave.</summary>
internal sealed class PeerNet : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(SharedData.Require("oracles", "methods", "depgraph-torch-pruning", "golden.safetensors"));
    private readonly JsonDocument _json = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "methods", "depgraph-torch-pruning", "golden.json")));

    public JsonElement Case(string name) => _json.RootElement.GetProperty("cases").GetProperty(name);

    public float[]? Find(string name) => _file.TryGet(name, out var data) ? data.ToSingles() : null;

    /// <summary>Stem, a residual block, a depthwise convolution, two branches that are concatenated, a convolution, two linear layers.</summary>
    /// <param name="transform">What to make of each weight.</param>
    public Graph Build(Func<float, float>? transform = null)
    {
        var net = new Builder(this, "net.", transform);
        var x = net.Graph.AddInput("x", ElementType.F32, "batch", 3, 6, 6);
        var stem = net.Node("Relu", net.Norm("bn1", net.Conv("conv1", x)));
        var inner = net.Node("Relu", net.Norm("bn2", net.Conv("conv2", stem)));
        var sum = net.Node("Relu", net.Node("Add", net.Norm("bn3", net.Conv("conv3", inner)), stem));
        var deep = net.Node("Relu", net.Norm("bnd", net.Conv("dw", sum, groups: 8)));
        var both = net.Node("Concat", new NodeAttributes { { "axis", 1L } }, net.Conv("bra", deep), net.Conv("brb", deep));
        var last = net.Node("Relu", net.Norm("bn4", net.Conv("conv4", both)));
        var pooled = net.Node("MaxPool", new NodeAttributes { { "kernel_shape", [2L, 2L] }, { "strides", [2L, 2L] } }, last);
        var hidden = net.Node("Relu", net.Linear("fc1", net.Node("Flatten", pooled)));
        net.Graph.AddOutput(net.Linear("fc2", hidden));
        return net.Finish();
    }

    /// <summary>A convolution with four groups between two plain ones.</summary>
    public Graph BuildGrouped()
    {
        var net = new Builder(this, "gnet.", null);
        var x = net.Graph.AddInput("x", ElementType.F32, "batch", 3, 6, 6);
        var stem = net.Node("Relu", net.Norm("bn1", net.Conv("conv1", x)));
        var grouped = net.Node("Relu", net.Norm("bn2", net.Conv("gconv", stem, groups: 4)));
        var pooled = net.Node("GlobalAveragePool", net.Node("Relu", net.Conv("conv3", grouped)));
        net.Graph.AddOutput(net.Linear("fc", net.Node("Flatten", pooled)));
        return net.Finish();
    }

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
    }

    private sealed class Builder(PeerNet owner, string prefix, Func<float, float>? transform)
    {
        private int _count;

        public Graph Graph { get; } = new("peer", 17);

        public Value Conv(string name, Value x, int groups = 1)
        {
            var weight = Load(name + ".weight")!;
            var pad = weight.Shape![2].Size!.Value / 2;
            return Node("Conv", new NodeAttributes { { "group", (long)groups }, { "pads", [pad, pad, pad, pad] } }, x, weight, Load(name + ".bias"));
        }

        public Value Norm(string name, Value x) =>
            Node("BatchNormalization", x, Load(name + ".weight"), Load(name + ".bias"), Load(name + ".running_mean"), Load(name + ".running_var"));

        public Value Linear(string name, Value x) => Node("Gemm", new NodeAttributes { { "transB", 1L } }, x, Load(name + ".weight"), Load(name + ".bias"));

        public Value Node(string type, params Value?[] inputs) => Node(type, NodeAttributes.None, inputs);

        public Value Node(string type, NodeAttributes attributes, params Value?[] inputs)
        {
            var name = $"{type}_{_count++}";
            return Graph.AddNode(name, type, "", inputs, [name + ".out"], attributes).Output;
        }

        public Graph Finish()
        {
            ParameterRoles.Assign(Graph);
            return Graph;
        }

        private Value? Load(string name)
        {
            if (!owner._file.TryGet(prefix + name, out var data)) return null;
            var values = data.ToSingles();
            if (transform is not null) values = [.. values.Select(transform)];
            return Graph.AddParameter(name, ArrayTensorData.FromSingles(data.Shape, values)).Value;
        }
    }
}
