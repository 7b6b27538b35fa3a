using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>Mistral: LLaMA with eight key/value heads by default and a sliding window in every layer (4096 if the key is absent, none if null).</summary>
internal sealed class Mistral : IArchitecture
{
    /// <inheritdoc/>
    public string ModelType => "mistral";

    /// <inheritdoc/>
    public string ClassName => "MistralForCausalLM";

    /// <inheritdoc/>
    public Graph Build(ConfigReader config, ParameterSource source, GraphForm form)
    {
        var spec = DecoderConfig.Read(config, new(NormEpsilon: 1e-6, RopeTheta: 10000, KvHeads: 8, IntermediateSize: 14336, MaxPositions: 131072));
        var window = config.OptionalInt("sliding_window") ?? (config.Has("sliding_window") ? null : 4096);
        var types = DecoderConfig.LayerTypes(config, spec.Layers);
        spec = spec with { Windows = [.. Enumerable.Range(0, spec.Layers).Select(layer => types?[layer] == "full_attention" ? null : window)] };
        return DecoderConfig.Finish(config, source, spec, form);
    }
}
