using Espalier.Data;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Testing;

/// <summary>
/// The CIFAR ResNets of the shared data as graphs (He et al. 2016, section 4.2): three stages of blocks, and shortcuts without parameters that take every second
/// pixel and pad the channels with zeros on both sides (option A). Parameters have their PyTorch names; every block's result is named <c>layer1.0.out</c> and so on.
/// </summary>
internal static class CifarResNet
{
    /// <summary>What the weights were trained with.</summary>
    public static ImageAugmentation Augmentation { get; } = new() { CropPadding = 4, HorizontalFlip = true };

    /// <summary>What the network expects.</summary>
    public static ImagePreprocessing Preprocessing { get; } = new() { Normalization = ImageNormalization.Cifar10 };

    /// <summary>Path of the weights of ResNet-20 (or skips the running test).</summary>
    public static string ResNet20 => SharedData.Require("models", "cifar10-resnet", "resnet20-12fca82f.safetensors");

    /// <summary>Path of the weights of ResNet-32 (or skips the running test).</summary>
    public static string ResNet32 => SharedData.Require("models", "cifar10-resnet", "resnet32-d509ac18.safetensors");

    /// <summary>Names of the ends of all blocks, from the input on.</summary>
    public static string[] BlockEnds(Graph graph) => [.. graph.Values.Keys.Where(name => name.StartsWith("layer", StringComparison.Ordinal) && name.EndsWith(".out", StringComparison.Ordinal))];

    /// <summary>Builds the graph, input <c>input</c> [n, 3, 32, 32], output <c>logits</c> [n, 10], operator set 17; the weights are copied to memory.</summary>
    public static Graph Build(string safetensorsPath)
    {
        using var file = SafetensorsFile.Open(safetensorsPath);
        var builder = new GraphBuilder(Path.GetFileNameWithoutExtension(safetensorsPath), 17);
        var x = builder.Graph.AddInput("input", ElementType.F32, "n", 3, 32, 32);
        Value Weight(string name)
        {
            var values = new float[file[name].ElementCount];
            file[name].ReadSingle(0, values);
            return builder.Graph.AddParameter(name, ArrayTensorData.FromSingles(file[name].Shape, values)).Value;
        }
        Value Convolve(Value value, string module, int stride)
        {
            var attributes = new NodeAttributes { { "kernel_shape", [3L, 3] }, { "pads", [1L, 1, 1, 1] }, { "strides", [(long)stride, stride] } };
            return builder.Op("Conv", [value, Weight($"{module}.weight")], attributes);
        }
        Value Normalize(Value value, string module) => builder.Op("BatchNormalization",
            [value, Weight($"{module}.weight"), Weight($"{module}.bias"), Weight($"{module}.running_mean"), Weight($"{module}.running_var")], new NodeAttributes { { "epsilon", 1e-5f } });

        x = builder.Op("Relu", [Normalize(Convolve(x, "conv1", 1), "bn1")]);
        var width = 16L;
        for (var stage = 1; stage <= 3; stage++)
        {
            for (var block = 0; file.Names.Contains($"layer{stage}.{block}.conv1.weight"); block++)
            {
                var module = $"layer{stage}.{block}";
                using var scope = builder.Scope(module);
                var shrinks = stage > 1 && block == 0;
                var y = builder.Op("Relu", [Normalize(Convolve(x, $"{module}.conv1", shrinks ? 2 : 1), $"{module}.bn1")]);
                y = Normalize(Convolve(y, $"{module}.conv2", 1), $"{module}.bn2");
                if (shrinks)
                {
                    x = builder.Op("Slice", [x, builder.Ints(0, 0), builder.Ints(int.MaxValue, int.MaxValue), builder.Ints(2, 3), builder.Ints(2, 2)]);
                    x = builder.Op("Pad", [x, builder.Ints(0, width / 2, 0, 0, 0, width / 2, 0, 0)]);
                    width *= 2;
                }
                x = builder.NamedOp("Relu", [builder.Op("Add", [y, x])], [$"{module}.out"])[0];
            }
        }
        x = builder.Op("Flatten", [builder.Op("GlobalAveragePool", [x])]);
        builder.Graph.AddOutput(builder.NamedOp("Gemm", [x, Weight("linear.weight"), Weight("linear.bias")], ["logits"], new NodeAttributes { { "transB", 1L } })[0]);
        ParameterRoles.Assign(builder.Graph);
        return builder.Graph;
    }
}
