using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Tests.Conformance;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Espalier.Torch.Training.Vision;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training.Vision;

/// <summary>Batch normalisation in training, against central differences and plain loops in double.</summary>
public sealed class BatchStatisticsTests
{
    public BatchStatisticsTests()
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_equal_central_differences(bool training)
    {
        using var scope = NewDisposeScope();
        using var module = new GraphModule(TinyNetwork.Build(ElementType.F64, sharp: false), CPU);
        module.train(training);
        var input = rand(4, 3, 6, 6, ScalarType.Float64, generator: new Generator(3));
        Tensor Loss() => module.call(input).mul(arange(12, ScalarType.Float64).reshape(4, 3).cos()).sum();
        var names = module.Trainable.Keys.ToArray();
        var gradients = autograd.grad([Loss()], [.. module.Trainable.Values]);
        var largest = 0.0;
        for (var p = 0; p < names.Length; p++)
        {
            var weights = module.Trainable[names[p]];
            var (exact, numeric) = (TensorComparison.Doubles(gradients[p]), new List<double>());
            using var guard = no_grad();
            var flat = weights.view(-1);
            for (var i = 0; i < exact.Length; i++)
            {
                double At(double shift)
                {
                    using var inner = NewDisposeScope();
                    flat[i].add_(shift);
                    using var loss = Loss();
                    flat[i].sub_(shift);
                    return loss.item<double>();
                }
                numeric.Add((At(1e-5) - At(-1e-5)) / 2e-5);
            }
            Assert.True(TensorComparison.Difference([.. numeric], exact, ToleranceClass.Gradient) is null, $"{names[p]}: {TensorComparison.Difference([.. numeric], exact, ToleranceClass.Gradient)}");
            largest = Math.Max(largest, numeric.Max(Math.Abs));
        }
        Assert.True(largest > 0.1, "all gradients are small, so little was checked");
        // The bias of a convolution before a batch normalisation changes nothing in training, but does in evaluation.
        var bias = TensorComparison.Doubles(gradients[Array.IndexOf(names, "conv2.bias")]).Max(Math.Abs);
        Assert.True(training ? bias < 1e-12 : bias > 1e-3, $"gradient of the bias {bias}");
    }

    [Fact]
    public void Running_statistics_move_as_ONNX_defines_and_are_not_trained()
    {
        using var scope = NewDisposeScope();
        var graph = TinyNetwork.Build(ElementType.F64);
        using var module = new GraphModule(graph, CPU);
        Assert.Equal(["bn1.mean", "bn1.variance", "bn2.mean", "bn2.variance"], module.Statistics.Keys);
        Assert.Empty(module.Trainable.Keys.Intersect(module.Statistics.Keys));
        var input = rand(4, 3, 6, 6, ScalarType.Float64, generator: new Generator(3));
        var (mean, variance) = (TensorComparison.Doubles(module.Statistics["bn1.mean"]), TensorComparison.Doubles(module.Statistics["bn1.variance"]));
        module.train();
        using var first = module.call(input);
        var (means, variances) = Moments([FirstConvolution(module, input)]);
        // The network's momentum is 0.8 as a 32-bit float.
        for (var c = 0; c < mean.Length; c++)
        {
            Assert.Equal((0.8f * mean[c]) + ((1 - 0.8f) * means[c]), module.Statistics["bn1.mean"][c].item<double>(), 1e-7);
            Assert.Equal((0.8f * variance[c]) + ((1 - 0.8f) * variances[c]), module.Statistics["bn1.variance"][c].item<double>(), 1e-7);
        }
        module.WriteBack(keepTypes: true);
        Assert.Equal(TensorComparison.Doubles(module.Statistics["bn2.mean"]), Doubles(graph.Parameters["bn2.mean"].Data));
    }

    [Fact]
    public void Evaluation_uses_and_keeps_the_stored_statistics_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var graph = TinyNetwork.Build();
        using var module = new GraphModule(graph, CPU);
        using var parameters = new ParameterCache(CPU);
        var input = rand(4, 3, 6, 6, generator: new Generator(3));
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);
        using var expected = new GraphExecutor(parameters).Run(plan, new Dictionary<Value, Tensor> { [graph.Inputs[0]] = input })[0];
        using var actual = module.call(input);
        module.train();
        using var evaluating = module.RunEvaluating(plan, new Dictionary<Value, Tensor> { [graph.Inputs[0]] = input })[0];
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        Assert.Equal(expected.data<float>().ToArray(), evaluating.data<float>().ToArray());
        Assert.False(module.training && module.Statistics["bn1.mean"].ne(tensor(Doubles(graph.Parameters["bn1.mean"].Data), ScalarType.Float32)).any().item<bool>());
    }

    [Fact]
    public void Statistics_are_pooled_over_batches_of_unequal_sizes()
    {
        using var scope = NewDisposeScope();
        var graph = TinyNetwork.Build(ElementType.F64);
        using var module = new GraphModule(graph, CPU);
        var images = ToyImages.Prepared(10);
        var weights = TensorComparison.Doubles(module.Trainable["conv1.weight"]);
        var report = BatchNormReestimation.Run(module, images, new BatchNormOptions { BatchSize = 4 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((2, 10L), (report.Layers, report.Images));
        var all = new float[10 * images.Shape.Length];
        images.Fill([.. Enumerable.Range(0, 10)], all);
        var input = tensor(all, [10, 3, 6, 6]).to(ScalarType.Float64);
        var (means, variances) = Moments([FirstConvolution(module, input)]);
        // What comes to the second one was normalised batch by batch: 4, 4 and 2 images.
        var seconds = new[] { (0, 4), (4, 4), (8, 2) }.Select(part => SecondConvolution(module, FirstConvolution(module, input.narrow(0, part.Item1, part.Item2)))).ToArray();
        var (secondMeans, secondVariances) = Moments(seconds);
        foreach (var (name, expected) in new[] { ("bn1.mean", means), ("bn1.variance", variances), ("bn2.mean", secondMeans), ("bn2.variance", secondVariances) })
        {
            var actual = TensorComparison.Doubles(module.Statistics[name]);
            for (var c = 0; c < expected.Length; c++) Assert.Equal(expected[c], actual[c], 1e-10);
        }
        Assert.Equal(weights, TensorComparison.Doubles(module.Trainable["conv1.weight"]));
    }

    [Fact]
    public void Of_a_graph_the_statistics_alone_change_and_types_stay()
    {
        var graph = TinyNetwork.Build(ElementType.F16);
        var before = graph.Parameters.Values.ToDictionary(parameter => parameter.Name, parameter => parameter.Data);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        BatchNormReestimation.Run(graph, CPU, ToyImages.Prepared(8), new BatchNormOptions { BatchSize = 8 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var parameter in graph.Parameters.Values)
        {
            Assert.Equal(ElementType.F16, parameter.Data.ElementType);
            Assert.Equal(parameter.Role != ParameterRole.Statistic, ReferenceEquals(before[parameter.Name], parameter.Data));
        }
        Assert.NotEqual(before["bn1.mean"].ToBytes(), graph.Parameters["bn1.mean"].Data.ToBytes());
    }

    [Fact]
    public void Statistics_that_are_computed_are_refused()
    {
        var builder = new GraphBuilder("computed", 17);
        var x = builder.Graph.AddInput("input", ElementType.F32, "n", 3, 6, 6);
        Value Ones(string name) => builder.Graph.AddParameter(name, ArrayTensorData.FromSingles(new TensorShape(3), [1, 1, 1])).Value;
        builder.Graph.AddOutput(builder.Op("BatchNormalization", [x, Ones("scale"), Ones("bias"), builder.Op("Identity", [Ones("mean")]), Ones("variance")]));
        using var module = new GraphModule(builder.Graph, CPU);
        var error = Assert.Throws<EspalierException>(() => BatchNormReestimation.Run(module, ToyImages.Prepared(4), new BatchNormOptions { BatchSize = 4 }, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("running statistics are no parameters", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The first convolution of the network by plain loops, [n, 4, 6, 6].</summary>
    private static double[,,,] FirstConvolution(GraphModule module, Tensor input) => Convolution(ToArray(input), module.Trainable["conv1.weight"], null);

    /// <summary>From the first convolution to the second: normalised by the batch itself, tanh, convolution.</summary>
    private static double[,,,] SecondConvolution(GraphModule module, double[,,,] first)
    {
        var (mean, variance) = Moments([first]);
        var (scale, bias) = (TensorComparison.Doubles(module.Trainable["bn1.weight"]), TensorComparison.Doubles(module.Trainable["bn1.bias"]));
        var normal = (double[,,,])first.Clone();
        for (var n = 0; n < normal.GetLength(0); n++)
        {
            for (var c = 0; c < normal.GetLength(1); c++)
            {
                for (var p = 0; p < 36; p++) normal[n, c, p / 6, p % 6] = Math.Tanh(((first[n, c, p / 6, p % 6] - mean[c]) / Math.Sqrt(variance[c] + 1e-3f) * scale[c]) + bias[c]);
            }
        }
        return Convolution(normal, module.Trainable["conv2.weight"], TensorComparison.Doubles(module.Trainable["conv2.bias"]));
    }

    private static double[,,,] Convolution(double[,,,] x, Tensor kernel, double[]? bias)
    {
        var w = ToArray(kernel);
        var y = new double[x.GetLength(0), w.GetLength(0), 6, 6];
        for (var n = 0; n < y.GetLength(0); n++)
        {
            for (var o = 0; o < y.GetLength(1); o++)
            {
                for (var p = 0; p < 36; p++)
                {
                    var sum = bias?[o] ?? 0;
                    for (var c = 0; c < w.GetLength(1); c++)
                    {
                        for (var k = 0; k < 9; k++)
                        {
                            var (i, j) = ((p / 6) + (k / 3) - 1, (p % 6) + (k % 3) - 1);
                            if (i is >= 0 and < 6 && j is >= 0 and < 6) sum += x[n, c, i, j] * w[o, c, k / 3, k % 3];
                        }
                    }
                    y[n, o, p / 6, p % 6] = sum;
                }
            }
        }
        return y;
    }

    /// <summary>Mean and mean squared deviation per channel over everything.</summary>
    private static (double[] Mean, double[] Variance) Moments(double[][,,,] parts)
    {
        var channels = Enumerable.Range(0, parts[0].GetLength(1)).Select(c => parts.SelectMany(part =>
            from n in Enumerable.Range(0, part.GetLength(0)) from p in Enumerable.Range(0, 36) select part[n, c, p / 6, p % 6]).ToArray()).ToArray();
        return ([.. channels.Select(values => values.Average())], [.. channels.Select(values => values.Average(value => Math.Pow(value - values.Average(), 2)))]);
    }

    private static double[,,,] ToArray(Tensor tensor)
    {
        var (shape, values) = (tensor.shape, TensorComparison.Doubles(tensor));
        var array = new double[shape[0], shape[1], shape[2], shape[3]];
        Buffer.BlockCopy(values, 0, array, 0, values.Length * sizeof(double));
        return array;
    }

    private static double[] Doubles(TensorData data)
    {
        using var scope = NewDisposeScope();
        return TensorComparison.Doubles(TensorInterop.ToTensor(data, CPU));
    }
}
