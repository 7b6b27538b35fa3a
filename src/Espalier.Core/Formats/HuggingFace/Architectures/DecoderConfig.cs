namespace Espalier.Formats.HuggingFace.Architectures;

/// <summary>What the members of the LLaMA family read alike from a configuration.</summary>
internal static class DecoderConfig
{
    private const int MostHeads = 1 << 14;
    private const int MostHeadDim = 1 << 14;
    private const int MostLayers = 1 << 14;

    /// <summary>Defaults that differ between the family's members.</summary>
    internal sealed record Defaults(double NormEpsilon, double RopeTheta, bool TiedHead = false, int? KvHeads = null, int? HeadDim = null,
        int VocabularySize = 32000, int HiddenSize = 4096, int IntermediateSize = 11008, int Layers = 32, int Heads = 32, int MaxPositions = 2048);

    /// <summary>Reads the common keys; biases, norms, windows and positions are the caller's.</summary>
    public static DecoderSpec Read(ConfigReader config, Defaults defaults)
    {
        var hidden = config.OptionalInt("hidden_size") ?? defaults.HiddenSize;
        var heads = config.OptionalInt("num_attention_heads") ?? defaults.Heads;
        var kvHeads = config.OptionalInt("num_key_value_heads") ?? (config.Has("num_key_value_heads") ? null : defaults.KvHeads) ?? heads;
        var headDim = config.OptionalInt("head_dim") ?? (config.Has("head_dim") ? null : defaults.HeadDim) ?? Divide(config, hidden, heads);
        // Far beyond any model; what follows allocates by these numbers before a tensor could contradict them.
        RequireAtMost(config, "num_attention_heads", heads, MostHeads);
        RequireAtMost(config, config.Has("head_dim") ? "head_dim" : "hidden_size", headDim, MostHeadDim, "the dimension of a head of ");
        if (heads % kvHeads != 0)
            throw config.Bad("num_key_value_heads", $"{kvHeads} does not divide num_attention_heads ({heads})");
        var layers = config.OptionalInt("num_hidden_layers") ?? defaults.Layers;
        RequireAtMost(config, "num_hidden_layers", layers, MostLayers);
        var maxPositions = config.OptionalInt("max_position_embeddings") ?? defaults.MaxPositions;
        return new DecoderSpec
        {
            VocabularySize = config.OptionalInt("vocab_size") ?? defaults.VocabularySize,
            HiddenSize = hidden,
            IntermediateSize = config.OptionalInt("intermediate_size") ?? defaults.IntermediateSize,
            Layers = layers,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = headDim,
            NormEpsilon = (float)config.Number("rms_norm_eps", defaults.NormEpsilon),
            Activation = Activations.Check(config, "hidden_act", config.String("hidden_act") ?? "silu"),
            Rope = RopeScaling.Read(config, headDim, maxPositions, defaults.RopeTheta),
            TiedHead = config.Bool("tie_word_embeddings", defaults.TiedHead),
            MaxPositions = maxPositions,
            Windows = new int?[layers],
            Rotates = [.. Enumerable.Repeat(true, layers)],
        };
    }

    /// <summary>
    /// Windows of architectures that switch them on with <c>use_sliding_window</c>: from <c>layer_types</c> if given,
    /// else in the layers from <c>max_window_layers</c> on.
    /// </summary>
    public static int?[] SwitchedWindows(ConfigReader config, int layers, int defaultWindow)
    {
        var types = LayerTypes(config, layers);
        var enabled = config.Bool("use_sliding_window", false);
        var window = config.OptionalInt("sliding_window") ?? (config.Has("sliding_window") ? null : defaultWindow);
        var first = config.OptionalInt("max_window_layers", 0) ?? 28;
        if (!enabled)
        {
            return types is null || types.All(type => type == "full_attention") ? new int?[layers]
                : throw config.Bad("layer_types", "it names sliding_attention although use_sliding_window is off");
        }
        if (window is null) throw config.Bad("sliding_window", "it is missing although use_sliding_window is on");
        return [.. Enumerable.Range(0, layers).Select(layer => (types is null ? layer >= first : types[layer] == "sliding_attention") ? window : null)];
    }

    /// <summary>The list <c>layer_types</c>, checked; null if absent.</summary>
    public static string[]? LayerTypes(ConfigReader config, int layers)
    {
        if (config.Strings("layer_types") is not { } types) return null;
        if (types.Length != layers) throw config.Bad("layer_types", $"it has {types.Length} entries for {layers} layers");
        var unknown = types.FirstOrDefault(type => type is not ("full_attention" or "sliding_attention"));
        return unknown is null ? types : throw config.Bad("layer_types", $"'{unknown}' is not known; known are full_attention and sliding_attention");
    }

    /// <summary>Builds the graph once the whole configuration is understood, and refuses what is left over on either side.</summary>
    public static Graphs.Graph Finish(ConfigReader config, ParameterSource source, DecoderSpec spec, GraphForm form)
    {
        config.RefuseUnknownKeys();
        var graph = DecoderGraph.Build(config.ModelType, spec, source, form);
        source.RefuseUnused(spec.TiedHead ? ["rotary_emb.inv_freq", "lm_head.weight"] : ["rotary_emb.inv_freq"]);
        return graph;
    }

    private static void RequireAtMost(ConfigReader config, string key, int value, int most, string what = "")
    {
        if (value > most) throw config.Bad(key, $"{what}{value} is above the limit of {most}");
    }

    private static int Divide(ConfigReader config, int hidden, int heads) => hidden % heads == 0 ? hidden / heads
        : throw config.Bad("hidden_size", $"{hidden} is not a multiple of num_attention_heads ({heads}) and head_dim is not given");
}
