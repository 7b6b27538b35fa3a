namespace Espalier.Formats.Gguf;

/// <summary>An architecture of the llama family that GGUF files name in <c>general.architecture</c>.</summary>
internal sealed class GgufArchitecture
{
    private static readonly GgufArchitecture[] All =
    [
        new("llama", "llama", "LlamaForCausalLM", interleaved: true, headNorms: false),
        new("qwen2", "qwen2", "Qwen2ForCausalLM", interleaved: false, headNorms: false),
        new("qwen3", "qwen3", "Qwen3ForCausalLM", interleaved: false, headNorms: true),
        // Its converter inherits the row order of llama, also for layers without rotation, where the order does not matter.
        new("smollm3", "smollm3", "SmolLM3ForCausalLM", interleaved: true, headNorms: false),
    ];

    private GgufArchitecture(string name, string modelType, string className, bool interleaved, bool headNorms) =>
        (Name, ModelType, ClassName, Interleaved, HeadNorms) = (name, modelType, className, interleaved, headNorms);

    /// <summary>Name in GGUF, also the prefix of its metadata keys.</summary>
    public string Name { get; }

    /// <summary><c>model_type</c> of the Hugging Face configuration.</summary>
    public string ModelType { get; }

    /// <summary>Class in <c>architectures</c> of the Hugging Face configuration.</summary>
    public string ClassName { get; }

    /// <summary>True when query and key rows are stored so that rotary pairs are neighbours.</summary>
    public bool Interleaved { get; }

    /// <summary>True when queries and keys are normalised per head.</summary>
    public bool HeadNorms { get; }

    /// <summary>The architecture of a file.</summary>
    /// <exception cref="InvalidFileException">The file names none, or one that is not of the llama family.</exception>
    public static GgufArchitecture Of(GgufFile file)
    {
        var name = file.Values.GetString("general.architecture");
        return All.FirstOrDefault(a => a.Name == name) ?? throw new InvalidFileException(file.Origin,
            name is null ? "the architecture is missing" : $"the architecture {NearNames.Quote(name)} is not read as a model",
            "metadata key 'general.architecture'",
            $"Known are {string.Join(", ", All.Select(a => a.Name))}. Use the safetensors files of the model instead");
    }
}
