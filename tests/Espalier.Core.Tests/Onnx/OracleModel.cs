using System.Text.Json.Nodes;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Testing;

namespace Espalier.Core.Tests.Onnx;

/// <summary>A tiny checkpoint with inputs and outputs that the reference library computed.</summary>
internal sealed class OracleModel : IDisposable
{
    private readonly string _folder;
    private readonly SafetensorsFile _oracle;
    private readonly JsonNode _info;

    public OracleModel(string folder)
    {
        _folder = SharedData.Require("oracles", "hf", folder);
        _oracle = SafetensorsFile.Open(Path.Combine(_folder, "oracle.safetensors"));
        _info = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "info.json")))!;
        Checkpoint = SafetensorsCheckpoint.Open(_folder == SharedData.Require("oracles", "hf", "llama-sharded-bf16")
            ? _folder : Path.Combine(_folder, "model.safetensors"));
    }

    public SafetensorsCheckpoint Checkpoint { get; }

    public Graph Build(string config, GraphForm form) => ArchitectureRegistry.Build(ConfigReader.Open(Path.Combine(_folder, config)), Checkpoint, form);

    public bool Has(string name) => _oracle.Contains(name);

    public TensorShape Shape(string name) => _oracle[name].Shape;

    public long[] Integers(string name)
    {
        var values = new long[_oracle[name].ElementCount];
        _oracle[name].ReadInt64(0, values);
        return values;
    }

    public float[] Singles(string name)
    {
        var values = new float[_oracle[name].ElementCount];
        _oracle[name].ReadSingle(0, values);
        return values;
    }

    /// <summary>Largest absolute value of an output, the scale of the absolute tolerance.</summary>
    public double Scale(string name) => _info["output_abs_max"]?[name]?.GetValue<double>() ?? Singles(name).Max(value => (double)Math.Abs(value));

    public void Dispose()
    {
        Checkpoint.Dispose();
        _oracle.Dispose();
    }
}
