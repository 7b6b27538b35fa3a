using System.Text.Json.Nodes;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Testing;
using Espalier.Torch.Execution;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Execution;

/// <summary>A tiny checkpoint with the outputs that the reference library computes from it.</summary>
internal sealed class DecoderOracle : IDisposable
{
    private readonly SafetensorsCheckpoint _weights;
    private readonly SafetensorsFile _oracle;
    private readonly string _configFile;
    private readonly JsonNode _info;

    public DecoderOracle(string folder, string configName = "config.json")
    {
        var path = SharedData.Require("oracles", "hf", folder);
        _configFile = Path.Combine(path, configName);
        _weights = SafetensorsCheckpoint.Open(WeightsOf(path));
        _oracle = SafetensorsFile.Open(Path.Combine(path, "oracle.safetensors"));
        _info = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "info.json")))!;
    }

    public double Loss => _info["loss"]!.GetValue<double>();

    public IEnumerable<KeyValuePair<string, double>> GradientNorms =>
        _info["grad_norm"]!.AsObject().Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.GetValue<double>()));

    public Graph Build(GraphForm form) =>
        ArchitectureRegistry.Build(new ConfigReader(_configFile, JsonNode.Parse(File.ReadAllText(_configFile))!.AsObject()), _weights, form);

    public bool Has(string name) => _oracle.Contains(name);

    public Tensor Tensor(string name) => TensorInterop.ToTensor(_oracle[name], CPU);

    /// <summary>Relative 1e-4 and absolute 1e-4 of the largest output, as the oracle's own description demands.</summary>
    public void AssertClose(string name, Tensor actual)
    {
        using var expected = Tensor(name);
        Assert.Equal(expected.shape, actual.shape);
        var largest = _info["output_abs_max"]?[name]?.GetValue<double>() ?? expected.abs().max().item<float>();
        var worst = ((actual - expected).abs() - (expected.abs() * 1e-4)).max().item<float>();
        Assert.True(worst <= 1e-4 * largest, $"{name}: deviation {worst:E2} beyond the relative part, largest output {largest}");
    }

    public void Dispose()
    {
        _weights.Dispose();
        _oracle.Dispose();
    }

    private static string WeightsOf(string folder)
    {
        var single = Path.Combine(folder, "model.safetensors");
        return File.Exists(single) ? single : single + ".index.json";
    }
}
