using System.Text.Json.Nodes;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;

namespace Espalier.Tests;

/// <summary>A tiny random LLaMA checkpoint with a file of random token ids beside it, in a folder that disappears with the test.</summary>
internal sealed class TinyCheckpoint : IDisposable
{
    public const int Hidden = 32;
    public const int Intermediate = 48;
    public const int Blocks = 2;
    public const int KeyWidth = 16;
    public const int Vocabulary = 40;
    public const int LayersPerBlock = 7;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-tiny-");
    private readonly Random _random;

    /// <summary>Writes the files. No weight is zero, and no two are equal but by chance.</summary>
    public TinyCheckpoint(int seed = 1)
    {
        _random = new Random(seed);
        Model = Directory.CreateDirectory(Path("model")).FullName;
        File.WriteAllText(System.IO.Path.Combine(Model, "config.json"), Config().ToJsonString());
        SafetensorsCheckpointWriter.Write(Model, Weights());
        Data = Path("ids.safetensors");
        // One sequence: samples are then drawn at random places.
        var ids = ArrayTensorData.FromInt64(new TensorShape(512), [.. Enumerable.Range(0, 512).Select(_ => (long)_random.Next(Vocabulary))]);
        using var writer = new SafetensorsWriter(Data, [new("ids", ids.ElementType, ids.Shape)]);
        writer.Write("ids", ids);
        writer.Complete();
    }

    /// <summary>Folder of the checkpoint.</summary>
    public string Model { get; }

    /// <summary>File of 512 token ids.</summary>
    public string Data { get; }

    /// <summary>A path in the temporary folder.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["num_hidden_layers"] = Blocks,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = 64,
        ["tie_word_embeddings"] = false,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000,
        ["torch_dtype"] = "float32",
    };

    private List<CheckpointTensor> Weights()
    {
        var tensors = new List<CheckpointTensor> { Random("model.embed_tokens.weight", 1, Vocabulary, Hidden), Random("lm_head.weight", 0.2, Vocabulary, Hidden) };
        for (var block = 0; block < Blocks; block++)
        {
            var stem = $"model.layers.{block}.";
            tensors.AddRange(
            [
                Ones(stem + "input_layernorm.weight"),
                Random(stem + "self_attn.q_proj.weight", 0.2, Hidden, Hidden),
                Random(stem + "self_attn.k_proj.weight", 0.2, KeyWidth, Hidden),
                Random(stem + "self_attn.v_proj.weight", 0.2, KeyWidth, Hidden),
                Random(stem + "self_attn.o_proj.weight", 0.2, Hidden, Hidden),
                Ones(stem + "post_attention_layernorm.weight"),
                Random(stem + "mlp.gate_proj.weight", 0.2, Intermediate, Hidden),
                Random(stem + "mlp.up_proj.weight", 0.2, Intermediate, Hidden),
                Random(stem + "mlp.down_proj.weight", 0.2, Hidden, Intermediate),
            ]);
        }
        tensors.Add(Ones("model.norm.weight"));
        return tensors;
    }

    private CheckpointTensor Random(string name, double scale, int rows, int columns) =>
        new(name, ArrayTensorData.FromSingles(new TensorShape(rows, columns), [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(scale * Gauss()))]), ElementType.F32);

    private static CheckpointTensor Ones(string name) =>
        new(name, ArrayTensorData.FromSingles(new TensorShape(Hidden), [.. Enumerable.Repeat(1f, Hidden)]), ElementType.F32);

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
