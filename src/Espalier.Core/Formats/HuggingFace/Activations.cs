using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace;

/// <summary>Activations by their Hugging Face names, as ONNX operators.</summary>
internal static class Activations
{
    /// <summary>Names that <see cref="Apply"/> knows.</summary>
    public static readonly string[] Names = ["silu", "swish", "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "relu", "tanh", "sigmoid"];

    /// <summary>Checks a name from a configuration.</summary>
    public static string Check(ConfigReader config, string key, string name) =>
        Names.Contains(name) ? name : throw config.Bad(key, $"the activation '{name}' is not known; known are {string.Join(", ", Names)}");

    /// <summary>Appends the activation.</summary>
    public static Value Apply(GraphBuilder b, string name, Value x) => name switch
    {
        "silu" or "swish" => b.Op("Swish", [x]),
        "gelu" => b.Op("Gelu", [x]),
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => b.Op("Gelu", [x], new() { { "approximate", "tanh" } }),
        "relu" => b.Op("Relu", [x]),
        "tanh" => b.Op("Tanh", [x]),
        "sigmoid" => b.Op("Sigmoid", [x]),
        _ => throw new ArgumentException($"Unknown activation '{name}'.", nameof(name)),
    };
}
