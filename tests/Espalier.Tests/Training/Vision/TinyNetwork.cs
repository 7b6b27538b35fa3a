using Espalier.Data;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Tests.Training.Vision;

/// <summary>A small classifier of <see cref="ToyImages"/>: two convolutions with batch normalisation, a smooth and a sharp nonlinearity, mean over the pixels.</summary>
internal static class TinyNetwork
{
    public static Graph Build(ElementType type = ElementType.F32, int width = 4, int classes = 3, long seed = 1, bool softmax = false, bool sharp = true)
    {
        var random = new SeededRandom(seed);
        var builder = new GraphBuilder("tiny", 17);
        Value Parameter(string name, long[] shape, double scale, double offset)
        {
            var values = new double[new TensorShape(shape).ElementCount];
            for (var i = 0; i < values.Length; i++) values[i] = offset + (scale * random.NextNormal());
            TensorData data = type switch
            {
                ElementType.F64 => ArrayTensorData.Create<double>(type, new TensorShape(shape), values),
                ElementType.F16 => ArrayTensorData.Create<Half>(type, new TensorShape(shape), Array.ConvertAll(values, value => (Half)value)),
                _ => ArrayTensorData.FromSingles(new TensorShape(shape), Array.ConvertAll(values, value => (float)value)),
            };
            return builder.Graph.AddParameter(name, data).Value;
        }
        Value Normalized(Value x, string name, long channels) => builder.Op("BatchNormalization",
            [x, Parameter($"{name}.weight", [channels], 0.2, 1), Parameter($"{name}.bias", [channels], 0.2, 0), Parameter($"{name}.mean", [channels], 0.1, 0), Parameter($"{name}.variance", [channels], 0.05, 1)],
            new NodeAttributes { { "epsilon", 1e-3f }, { "momentum", 0.8f } });

        var x = builder.Graph.AddInput("input", type, "n", 3, 6, 6);
        var padded = new NodeAttributes { { "kernel_shape", [3L, 3] }, { "pads", [1L, 1, 1, 1] } };
        x = builder.Op("Conv", [x, Parameter("conv1.weight", [width, 3, 3, 3], 0.4, 0)], padded);
        x = builder.NamedOp("Tanh", [Normalized(x, "bn1", width)], ["block1"])[0];
        x = builder.Op("Conv", [x, Parameter("conv2.weight", [5, width, 3, 3], 0.4, 0), Parameter("conv2.bias", [5], 0.1, 0)], padded);
        x = builder.NamedOp(sharp ? "Relu" : "Softplus", [Normalized(x, "bn2", 5)], ["block2"])[0];
        x = builder.Op("Flatten", [builder.Op("GlobalAveragePool", [x])]);
        x = builder.NamedOp("Gemm", [x, Parameter("linear.weight", [classes, 5], 0.6, 0), Parameter("linear.bias", [classes], 0.1, 0)], ["logits"], new NodeAttributes { { "transB", 1L } })[0];
        builder.Graph.AddOutput(softmax ? builder.NamedOp("Softmax", [x], ["probabilities"])[0] : x);
        ParameterRoles.Assign(builder.Graph);
        return builder.Graph;
    }

    /// <summary>All float parameters as bytes, in order.</summary>
    public static byte[] Bytes(Graph graph) => [.. graph.Parameters.Values.Where(parameter => !parameter.IsConstant).SelectMany(parameter => parameter.Data.ToBytes())];
}
