using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>Qwen2 and Qwen2.5: LLaMA with biases on q, k and v, which no key announces.</summary>
internal sealed class Qwen2 : IArchitecture
{
    /// <inheritdoc/>
    public string ModelType => "qwen2";

    /// <inheritdoc/>
    public string ClassName => "Qwen2ForCausalLM";

    /// <inheritdoc/>
    public Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var spec = DecoderConfig.Read(config, new(NormEpsilon: 1e-6, RopeTheta: 10000, KvHeads: 32, VocabularySize: 151936, IntermediateSize: 22016, MaxPositions: 32768));
        spec = spec with { QkvBias = true, Windows = DecoderConfig.SwitchedWindows(config, spec.Layers, defaultWindow: 4096) };
        return DecoderConfig.Finish(config, source, spec, form);
    }
}
