using Espalier.Formats.HuggingFace.Architectures;
using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace;

/// <summary>The architectures that a configuration may name.</summary>
public static class ArchitectureRegistry
{
    private static readonly IArchitecture[] All = [new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new SmolLM3()];

    /// <summary>Values of <c>model_type</c> that can be built.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } = [.. All.Select(architecture => architecture.ModelType)];

    /// <summary>Builds the graph that a configuration describes.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="tensors">Parameters by Hugging Face names.</param>
    /// <param name="form">Whole sequences or step by step.</param>
    /// <exception cref="InvalidFileException">The architecture or a key is unknown, or tensors do not fit.</exception>
    public static Graph Build(ConfigReader config, TensorCollection tensors, GraphForm form = GraphForm.Sequence) =>
        Build(config, new ParameterSource(tensors), form);

    /// <summary>Names and shapes of the tensors that a model of a configuration has, in the order of use: what a new model must be filled with.</summary>
    /// <param name="config">The configuration.</param>
    /// <exception cref="InvalidFileException">The architecture or a key is unknown.</exception>
    public static IReadOnlyList<TensorDescription> DescribeTensors(ConfigReader config)
    {
        var source = new ParameterSource(null);
        Build(config, source, GraphForm.Sequence);
        return source.Asked;
    }

    private static Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var type = config.ModelType;
        var architecture = All.FirstOrDefault(candidate => candidate.ModelType == type)
            ?? throw config.Bad("model_type", $"the architecture '{type}' is not supported; supported are {string.Join(", ", ModelTypes)}");
        var expected = config.Strings("architectures");
        if (expected is { Length: > 0 } && !expected.Contains(architecture.ClassName))
            throw config.Bad("architectures", $"'{string.Join(", ", expected)}' is not the language model {architecture.ClassName}");
        config.Ignore("architectures");
        return architecture.Build(config, source, form);
    }
}
