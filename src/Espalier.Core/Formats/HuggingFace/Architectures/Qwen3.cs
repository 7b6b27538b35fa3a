using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>Qwen3: RMS norm over each head of q and k before rotation; head dimension 128 unless stated.</summary>
internal sealed class Qwen3 : IArchitecture
{
    /// <inheritdoc/>
    public string ModelType => "qwen3";

    /// <inheritdoc/>
    public string ClassName => "Qwen3ForCausalLM";

    /// <inheritdoc/>
    public Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var spec = DecoderConfig.Read(config, new(NormEpsilon: 1e-6, RopeTheta: 10000, KvHeads: 32, HeadDim: 128, VocabularySize: 151936, IntermediateSize: 22016, MaxPositions: 32768));
        var bias = config.Bool("attention_bias", false);
        spec = spec with
        {
            QkvBias = bias,
            OutputBias = bias,
            QkNorm = true,
            Windows = DecoderConfig.SwitchedWindows(config, spec.Layers, defaultWindow: 4096),
        };
        return DecoderConfig.Finish(config, source, spec, form);
    }
}
