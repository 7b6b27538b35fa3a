using System.Text.Json;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Testing;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>Whole networks: outputs against those that ONNX Runtime recorded, and gradients against differences.</summary>
public sealed class ZooTests
{
    public ZooTests() => TorchRuntime.EnsureLoaded();

    /// <summary>Networks whose every operator keeps double precision, without casts and quantisation.</summary>
    private static readonly string[] Smooth =
    [
        "convnext_tiny-dynamo", "densenet121-ts-bn", "efficientnet_b0-ts-bn", "fpn-ts-bn", "googlenet-ts-bn", "mobilenet_v2-dynamo", "mobilenet_v3_small-ts-bn", "nhwc_broadcast",
        "opset7_old_style", "opset9_upsample_unet", "pixelshuffle_sr-ts", "resnet18-ts-bn", "shufflenet_v2_x0_5-ts", "unet-ts-bn", "wavenet-ts", "yolov5-ts-bn",
    ];

    public static TheoryData<string> Models()
    {
        var folder = Path.GetFullPath(Path.Combine(SharedData.RepositoryRoot, "..", "shared", "data", "onnx-zoo"));
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)] : ["absent"];
    }

    public static TheoryData<string> SmoothModels() => [.. Smooth];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_network_gives_the_recorded_outputs(string name)
    {
        var folder = SharedData.Require("onnx-zoo", name);
        using var model = OnnxModel.Open(Path.Combine(folder, "model.onnx"));
        var feeds = ZooModel.Require(name).Probe;
        var expected = ZooModel.Require(name).Expected;
        var tolerance = Tolerance(Path.Combine(folder, "facts.json"));
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var outputs = ConformanceCheck.Execute(model.Graph, feeds);
        var failures = model.Graph.Outputs.Select((output, i) => (output.Name, Difference: TensorComparison.Difference(expected[output.Name], outputs[i], tolerance)))
            .Where(pair => pair.Difference is not null).Select(pair => $"{pair.Name}: {pair.Difference}");
        Assert.Empty(failures);
    }

    /// <summary>
    /// In double precision, the change of a weighted sum of all outputs along a random direction of all parameters, by central differences, is the inner
    /// product of the direction with the gradient.
    /// </summary>
    [Theory]
    [MemberData(nameof(SmoothModels))]
    public void A_network_passes_gradients_to_all_parameters(string name)
    {
        const double Step = 1e-7;
        var folder = SharedData.Require("onnx-zoo", name);
        using var model = OnnxModel.Open(Path.Combine(folder, "model.onnx"));
        using var scope = NewDisposeScope();
        using var parameters = new DoubleParameters();
        var plan = ExecutionPlan.Create(model.Graph, model.Graph.Inputs, model.Graph.Outputs);
        var feeds = ZooModel.Require(name).Probe.ToDictionary(pair => model.Graph.Values[pair.Key], pair => Widened(TensorInterop.ToTensor(pair.Value, CPU)));
        var executor = new GraphExecutor(parameters);
        Loss(executor.Run(plan, feeds)).backward();
        var trained = parameters.Loaded.Where(tensor => tensor.grad is not null).ToArray();
        Assert.NotEmpty(trained);
        using var none = no_grad();
        var generator = new Generator(7);
        var directions = trained.Select(tensor => randn(tensor.shape, ScalarType.Float64, generator: generator) * (tensor.abs().mean() + 1e-3)).ToArray();
        var slope = trained.Zip(directions).Sum(pair => (pair.First.grad! * pair.Second).sum().item<double>());
        double At(double step)
        {
            foreach (var (tensor, direction) in trained.Zip(directions)) tensor.add_(direction, step);
            return Loss(executor.Run(plan, feeds)).item<double>();
        }
        var above = At(Step);
        var below = At(-2 * Step);
        var numeric = (above - below) / (2 * Step);
        Assert.True(double.IsFinite(slope) && Math.Abs(numeric) > 1e-6, $"slope {slope:R}, numeric {numeric:R}");
        // A step this small crosses few kinks of ReLU and MaxPool, and cancellation leaves about nine digits.
        Assert.Equal(numeric, slope, 1e-4 * Math.Max(1, Math.Abs(numeric)));
    }

    private static Tensor Loss(IEnumerable<Tensor> outputs) =>
        outputs.Where(output => output.is_floating_point()).Select(output => (output.reshape(-1) * (arange(output.numel(), ScalarType.Float64) * 0.7).cos().add(0.3)).sum()).Aggregate((sum, next) => sum + next);

    private static Tensor Widened(Tensor tensor) => tensor.is_floating_point() ? tensor.to(ScalarType.Float64) : tensor;

    /// <summary>Three times what two runtimes of the same network differ by, as recorded with it, and never less than the class of composed operators.</summary>
    private static ToleranceClass Tolerance(string facts)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(facts));
        double Number(string property) => document.RootElement.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        var apart = Math.Max(Number("max_abs_diff_torch_vs_ort"), Number("max_abs_diff_ort_optimised_vs_not"));
        return ToleranceClass.Composed.AtLeast(new("network", 0, 3 * apart / Math.Max(1, Number("max_abs_output"))));
    }

    /// <summary>Parameters in double precision, with gradients where they are floats.</summary>
    private sealed class DoubleParameters : IParameterProvider, IDisposable
    {
        private readonly Dictionary<Parameter, Tensor> _loaded = [];

        public Device Device => CPU;

        public IEnumerable<Tensor> Loaded => _loaded.Values;

        public Tensor Get(Parameter parameter)
        {
            if (_loaded.TryGetValue(parameter, out var known)) return known;
            var tensor = Widened(TensorInterop.ToTensor(parameter.Data, CPU));
            if (tensor.is_floating_point()) tensor.requires_grad_();
            _loaded.Add(parameter, tensor.DetachFromDisposeScope());
            return tensor;
        }

        public void Dispose()
        {
            foreach (var tensor in _loaded.Values) tensor.Dispose();
        }
    }
}
