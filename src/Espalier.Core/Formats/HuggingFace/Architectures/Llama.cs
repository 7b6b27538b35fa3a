using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>LLaMA 1 to 3, SmolLM, SmolLM2, TinyLlama and relatives.</summary>
internal sealed class Llama : IArchitecture
{
    /// <inheritdoc/>
    public string ModelType => "llama";

    /// <inheritdoc/>
    public string ClassName => "LlamaForCausalLM";

    /// <inheritdoc/>
    public Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var spec = DecoderConfig.Read(config, new(NormEpsilon: 1e-6, RopeTheta: 10000));
        var attentionBias = config.Bool("attention_bias", false);
        spec = spec with { QkvBias = attentionBias, OutputBias = attentionBias, MlpBias = config.Bool("mlp_bias", false) };
        return DecoderConfig.Finish(config, source, spec, form);
    }
}
