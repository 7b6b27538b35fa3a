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
        // Not the folder: it holds the oracle's own safetensors file too.
        var index = Path.Combine(_folder, "model.safetensors.index.json");
        Checkpoint = SafetensorsCheckpoint.Open(File.Exists(index) ? index : Path.Combine(_folder, "model.safetensors"));
    }

    public SafetensorsCheckpoint Checkpoint { get; }

    public ConfigReader Config(string file) => ConfigReader.Open(Path.Combine(_folder, file));

    public Graph Build(string config, GraphForm form) => ArchitectureRegistry.Build(Config(config), Checkpoint, form);

    public TensorShape Shape(string name) => _oracle[name].Shape;

    public long[] Integers(string name)
    {
        var values = new long[_oracle[name].ElementCount];
        _oracle[name].ReadInt64(0, values);
        return values;
    }

    public float[] Singles(string name) => _oracle[name].ToSingles();

    /// <summary>Largest absolute value of an output, the scale of the absolute tolerance.</summary>
    public double Scale(string name) =>
        _info["output_abs_max"]?[name]?.GetValue<double>() ?? Singles(name).Max(value => (double)Math.Abs(value));

    public void Dispose()
    {
        Checkpoint.Dispose();
        _oracle.Dispose();
    }
}
