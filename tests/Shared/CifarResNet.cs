using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Testing;

/// <summary>
/// The ResNet-20 and -32 of the CIFAR kind as graphs of operator set 17, with the option-A shortcut of the original: every second pixel, and
/// zeros for the new channels. Parameters keep their PyTorch names.
/// </summary>
internal static class CifarResNet
{
    /// <summary>Builds the graph from a checkpoint; the caller keeps the checkpoint open.</summary>
    public static Graph Build(SafetensorsFile checkpoint)
    {
        var builder = new GraphBuilder("cifar-resnet", 17);
        var graph = builder.Graph;
        var x = graph.AddInput("x", ElementType.F32, "batch", 3, 32, 32);
        Value Parameter(string name) => graph.AddParameter(name, Data(checkpoint, name)).Value;
        Value Conv(Value input, string name, long stride) => builder.Op("Conv", [input, Parameter($"{name}.weight")], new NodeAttributes { { "kernel_shape", [3L, 3] }, { "pads", [1L, 1, 1, 1] }, { "strides", [stride, stride] } });
        Value Norm(Value input, string name)
        {
            var parameters = new[] { "weight", "bias", "running_mean", "running_var" }.Select(part => (Value?)Parameter($"{name}.{part}"));
            return builder.Op("BatchNormalization", [input, .. parameters], new NodeAttributes { { "epsilon", 1e-5f } });
        }
        x = builder.Op("Relu", [Norm(Conv(x, "conv1", 1), "bn1")]);
        for (var stage = 1; stage <= 3; stage++)
        {
            for (var block = 0; checkpoint.TryGet($"layer{stage}.{block}.conv1.weight", out _); block++)
            {
                var name = $"layer{stage}.{block}";
                using (builder.Scope(name))
                {
                    var stride = stage > 1 && block == 0 ? 2 : 1;
                    var inner = builder.Op("Relu", [Norm(Conv(x, $"{name}.conv1", stride), $"{name}.bn1")]);
                    var branch = Norm(Conv(inner, $"{name}.conv2", 1), $"{name}.bn2");
                    x = builder.Op("Relu", [builder.Op("Add", [branch, stride == 1 ? x : Shortcut(builder, x)])]);
                }
            }
        }
        var pooled = builder.Op("Flatten", [builder.Op("GlobalAveragePool", [x])]);
        var logits = builder.NamedOp("Gemm", [pooled, Parameter("linear.weight"), Parameter("linear.bias")], ["logits"], new NodeAttributes { { "transB", 1L } })[0];
        graph.AddOutput(logits);
        foreach (var parameter in graph.Parameters.Values.Where(parameter => parameter.Name.Contains(".running_", StringComparison.Ordinal))) parameter.Role = ParameterRole.Statistic;
        return graph;
    }

    private static Value Shortcut(GraphBuilder builder, Value x)
    {
        var channels = x.Shape![1].Size!.Value;
        var half = builder.Op("Slice", [x, builder.Ints(0, 0), builder.Ints(int.MaxValue, int.MaxValue), builder.Ints(2, 3), builder.Ints(2, 2)]);
        return builder.Op("Pad", [half, builder.Ints(0, channels / 2, 0, 0, 0, channels / 2, 0, 0), builder.Float(0)]);
    }

    private static TensorData Data(SafetensorsFile checkpoint, string name) =>
        checkpoint.TryGet(name, out var data) ? data : throw new InvalidOperationException($"The checkpoint has no tensor '{name}'.");
}
