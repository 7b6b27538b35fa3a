namespace Espalier.Formats.HuggingFace;

/// <summary>Rotary position scaling of a checkpoint: kind and constants as in the configuration's <c>rope_parameters</c> or <c>rope_scaling</c>.</summary>
/// <param name="Kind">default, linear, dynamic, yarn, longrope or llama3.</param>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Dimension">Rotated components per head (r).</param>
/// <param name="Frequencies">Inverse frequencies, r/2 values; for longrope those of short sequences.</param>
/// <param name="LongFrequencies">longrope: inverse frequencies beyond the original length; else null.</param>
/// <param name="AttentionFactor">Factor on cosine and sine.</param>
/// <param name="Factor">Scaling factor, for dynamic.</param>
/// <param name="OriginalLength">Length from which dynamic and longrope change their frequencies.</param>
internal sealed record RopeScaling(string Kind, double Theta, int Dimension, float[] Frequencies, float[]? LongFrequencies, double AttentionFactor, double Factor, int OriginalLength)
{
    /// <summary>Reads both spellings: <c>rope_parameters</c> (transformers 5) and <c>rope_theta</c> with <c>rope_scaling</c> (transformers 4).</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="headDim">Components per head; all are rotated.</param>
    /// <param name="maxPositions">The configuration's <c>max_position_embeddings</c>.</param>
    /// <param name="defaultTheta">Base when the configuration names none.</param>
    public static RopeScaling Read(ConfigReader config, int headDim, int maxPositions, double defaultTheta)
    {
        if (headDim % 2 != 0) throw config.Bad("head_dim", $"rotary positions need an even head dimension, not {headDim}");
        var topTheta = config.OptionalNumber("rope_theta");
        config.Require("partial_rotary_factor", "1.0");
        config.Require("rope_interleaved", "false");
        var topOriginal = config.OptionalInt("original_max_position_embeddings");
        var oldSection = config.Section("rope_scaling");
        var section = config.Section("rope_parameters") ?? oldSection;
        var theta = section?.OptionalNumber("rope_theta") ?? topTheta ?? defaultTheta;
        if (theta <= 0) throw config.Bad("rope_theta", "it must be positive");
        var kind = section is null ? "default" : section.String("rope_type") ?? section.String("type") ?? "default";
        section?.Ignore("type", "rope_type");
        section?.Require("partial_rotary_factor", "1.0");
        var builder = new RopeFrequencies(section ?? config, theta, headDim, maxPositions, topOriginal);
        var result = kind switch
        {
            "default" => builder.Default(),
            "linear" => builder.Linear(),
            "dynamic" => builder.Dynamic(),
            "yarn" => builder.Yarn(),
            "longrope" or "su" => builder.LongRope(),
            "llama3" => builder.Llama3(),
            _ => throw config.Bad("rope_scaling", $"the rotary scaling '{kind}' is not known; known are default, linear, dynamic, yarn, longrope, llama3"),
        };
        section?.RefuseUnknownKeys();
        return result;
    }
}
