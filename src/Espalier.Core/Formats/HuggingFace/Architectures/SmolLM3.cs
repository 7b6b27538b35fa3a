using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>SmolLM3: LLaMA in which some layers do not rotate. In <c>no_rope_layers</c> 1 means that the layer rotates.</summary>
internal sealed class SmolLM3 : IArchitecture
{
    /// <inheritdoc/>
    public string ModelType => "smollm3";

    /// <inheritdoc/>
    public string ClassName => "SmolLM3ForCausalLM";

    /// <inheritdoc/>
    public Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var spec = DecoderConfig.Read(config, new(NormEpsilon: 1e-6, RopeTheta: 2000000, TiedHead: true, KvHeads: 4,
            VocabularySize: 128256, HiddenSize: 2048, IntermediateSize: 11008, Layers: 36, Heads: 16, MaxPositions: 32768));
        var bias = config.Bool("attention_bias", false);
        var interval = config.OptionalInt("no_rope_layer_interval") ?? 4;
        var listed = config.Numbers("no_rope_layers");
        if (listed is not null && listed.Length != spec.Layers)
            throw config.Bad("no_rope_layers", $"it has {listed.Length} entries for {spec.Layers} layers");
        spec = spec with
        {
            QkvBias = bias,
            OutputBias = bias,
            MlpBias = config.Bool("mlp_bias", false),
            Rotates = [.. Enumerable.Range(0, spec.Layers).Select(layer => listed is null ? (layer + 1) % interval != 0 : listed[layer] != 0)],
            Windows = DecoderConfig.SwitchedWindows(config, spec.Layers, defaultWindow: 4096),
        };
        return DecoderConfig.Finish(config, source, spec, form);
    }
}
