using System.Text.Json.Nodes;
using Espalier.Data;
using Espalier.Formats.HuggingFace;
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

    /// <summary>Writes the files. No weight is zero, and no two are equal but by chance.</summary>
    public TinyCheckpoint(int seed = 1)
    {
        Model = Directory.CreateDirectory(Path("model")).FullName;
        File.WriteAllText(System.IO.Path.Combine(Model, "config.json"), Config().ToJsonString());
        var weights = WeightInitializer.Create(new ConfigReader("config.json", Config()), new SeededRandom(seed));
        SafetensorsCheckpointWriter.Write(Model, weights.Names.Select(name => new CheckpointTensor(name, weights[name])));
        Data = Path("ids.safetensors");
        var random = new Random(seed);
        // One sequence: samples are then drawn at random places.
        var ids = ArrayTensorData.FromInt64(new TensorShape(512), [.. Enumerable.Range(0, 512).Select(_ => (long)random.Next(Vocabulary))]);
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
        ["initializer_range"] = 0.2,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000,
        ["torch_dtype"] = "float32",
    };
}
