using System.Text.Json.Nodes;
using Espalier.Formats;
using Espalier.Formats.Gguf;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Formats.Tokenizers;
using Espalier.Graphs;

namespace Espalier;

/// <summary>
/// An opened model: its graph, its configuration and the files behind it. Weights stay in memory-mapped files until they are read.
/// Dispose to close the files; tensor data must not be used afterwards.
/// </summary>
public sealed class Model : IDisposable
{
    private const string ConfigName = "config.json";
    private readonly TensorCollection _tensors;
    private readonly string _configFile;
    private readonly Lazy<TextTokenizer?> _tokenizer;

    private Model(string path, string configFile, JsonObject config, TensorCollection tensors)
    {
        Path = path;
        Config = config;
        _configFile = configFile;
        _tensors = tensors;
        _tokenizer = new Lazy<TextTokenizer?>(OpenTokenizer);
        Graph = ArchitectureRegistry.Build(new ConfigReader(configFile, config), tensors);
    }

    /// <summary>Folder or file that was opened.</summary>
    public string Path { get; }

    /// <summary>The configuration, as <c>config.json</c> holds it.</summary>
    public JsonObject Config { get; }

    /// <summary>The graph for whole sequences. Its parameters are the model's weights: what replaces them is what gets written.</summary>
    public Graph Graph { get; }

    /// <summary>The tokenizer beside the weights or inside the GGUF file; null if there is none.</summary>
    /// <exception cref="EspalierException">There is one, but it is damaged or of an unknown kind.</exception>
    public TextTokenizer? Tokenizer => _tokenizer.Value;

    /// <summary>Longest sequence that the model was made for.</summary>
    public int ContextLength => new ConfigReader(_configFile, Config).OptionalInt("max_position_embeddings") ?? 2048;

    /// <summary>Number of token ids.</summary>
    public int VocabularySize => checked((int)Graph.Parameters["model.embed_tokens.weight"].Shape[0]);

    /// <summary>Bytes of the weight files.</summary>
    public long WeightBytes => WeightFiles.Sum(file => new FileInfo(file).Length);

    /// <summary>Files that hold the weights.</summary>
    public IReadOnlyList<string> WeightFiles => _tensors is SafetensorsCheckpoint checkpoint ? checkpoint.Files : [_tensors.Origin];

    /// <summary>
    /// Opens a model: a folder with <c>config.json</c> and safetensors, a folder with <c>config.json</c> and one GGUF file, or a GGUF file alone.
    /// </summary>
    /// <exception cref="EspalierException">Nothing of the kind is there, or a file is damaged or not understood.</exception>
    public static Model Open(string path)
    {
        if (File.Exists(path)) return OpenFile(path);
        if (!Directory.Exists(path)) throw new UsageException("there is no such file or folder", path, "Name a model's folder or a GGUF file");
        var configFile = System.IO.Path.Combine(path, ConfigName);
        if (!File.Exists(configFile)) throw new UsageException($"the folder has no {ConfigName}", path, "Name the folder of a Hugging Face checkpoint, or a GGUF file");
        var config = ConfigReader.Open(configFile).Root;
        return Create(path, configFile, OpenWeights(path), _ => config);
    }

    /// <summary>Builds the model in another form, with the parameters as they are now.</summary>
    public Graph BuildGraph(GraphForm form) => ArchitectureRegistry.Build(new ConfigReader(_configFile, Config), new GraphTensors(Graph), form);

    /// <summary>The tokenizer, for work that cannot do without.</summary>
    /// <exception cref="UsageException">The model has none.</exception>
    public TextTokenizer RequireTokenizer() => Tokenizer
        ?? throw new UsageException("the model has no tokenizer, so text cannot be read or written", Path, "Put tokenizer.json beside the weights, or use files of token ids");

    /// <summary>Writes the tokenizer of a GGUF file into a folder; does nothing where the tokenizer is a file that can be copied.</summary>
    public void WriteTokenizer(string folder)
    {
        if (TokenizerLoader.FindFile(Path) is null && StoredTokenizer() is { } spec) GgufTokenizerJson.Save(spec, folder);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _tensors.Dispose();

    private static Model OpenFile(string path)
    {
        if (!System.IO.Path.GetExtension(path).Equals(".gguf", StringComparison.OrdinalIgnoreCase))
            throw new UsageException("this kind of file cannot be opened as a model", path, "Name the folder of a Hugging Face checkpoint, or a GGUF file");
        return Create(path, path, GgufCheckpoint.Open(path), checkpoint => checkpoint.CreateConfig());
    }

    private static Model Create<T>(string path, string configFile, T tensors, Func<T, JsonObject> config)
        where T : TensorCollection
    {
        try
        {
            return new Model(path, configFile, config(tensors), tensors);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    private static TensorCollection OpenWeights(string folder)
    {
        var gguf = Directory.GetFiles(folder, "*.gguf");
        var safetensors = Directory.GetFiles(folder, "*.safetensors").Any(file => System.IO.Path.GetFileName(file) != Sparsity.MaskFile.FileName);
        if (gguf.Length == 0 || safetensors) return SafetensorsCheckpoint.Open(folder);
        if (gguf.Length > 1) throw new UsageException($"the folder has {gguf.Length} GGUF files", folder, "Leave one there, or name a file itself");
        return GgufCheckpoint.Open(gguf[0]);
    }

    private TextTokenizer? OpenTokenizer()
    {
        if (TokenizerLoader.FindFile(Path) is { } file) return TokenizerLoader.Open(file);
        return StoredTokenizer() is { } spec ? GgufTokenizer.Create(spec) : null;
    }

    /// <summary>The tokenizer inside a GGUF file, if there is one.</summary>
    private GgufTokenizerSpec? StoredTokenizer() => _tensors is GgufCheckpoint gguf ? gguf.ReadTokenizer() : null;
}
