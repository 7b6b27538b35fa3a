using System.Text.Json.Nodes;
using Espalier.Formats;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Graphs;

namespace Espalier;

/// <summary>
/// An opened model: its graph, its configuration and the files behind it. Weights stay in memory-mapped files until they are read.
/// Dispose to close the files; tensor data must not be used afterwards.
/// </summary>
public sealed class Model : IDisposable
{
    private readonly TensorCollection _tensors;
    private readonly string _configFile;

    private Model(string path, string configFile, JsonObject config, TensorCollection tensors)
    {
        Path = path;
        Config = config;
        _configFile = configFile;
        _tensors = tensors;
        Graph = ArchitectureRegistry.Build(new ConfigReader(configFile, config), tensors);
    }

    /// <summary>Folder or file that was opened.</summary>
    public string Path { get; }

    /// <summary>The configuration, as <c>config.json</c> holds it.</summary>
    public JsonObject Config { get; }

    /// <summary>The graph for whole sequences. Its parameters are the model's weights: what replaces them is what gets written.</summary>
    public Graph Graph { get; }

    /// <summary>Opens a Hugging Face folder.</summary>
    /// <exception cref="EspalierException">Nothing of the kind is there, or a file is damaged or not understood.</exception>
    public static Model Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException(File.Exists(path) ? "it is a file, but a folder with config.json and weights is expected" : "there is no such folder", path,
                "Name the folder of a Hugging Face checkpoint");
        }
        var configFile = System.IO.Path.Combine(path, "config.json");
        var config = ReadConfig(configFile);
        var tensors = SafetensorsCheckpoint.Open(path);
        try
        {
            return new Model(path, configFile, config, tensors);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Builds the model in another form, with the parameters as they are now.</summary>
    public Graph BuildGraph(GraphForm form) => ArchitectureRegistry.Build(new ConfigReader(_configFile, Config), new GraphTensors(Graph), form);

    /// <summary>Closes the files.</summary>
    public void Dispose() => _tensors.Dispose();

    private static JsonObject ReadConfig(string file)
    {
        if (!File.Exists(file)) throw new UsageException("there is no config.json", file, "Name the folder of a Hugging Face checkpoint");
        return ConfigReader.Open(file).Root;
    }
}
