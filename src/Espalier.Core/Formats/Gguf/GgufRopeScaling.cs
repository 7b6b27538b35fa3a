using System.Text.Json.Nodes;
using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>The <c>rope_scaling</c> entry of a configuration: linear, yarn, or llama3 recognised from its frequency factors.</summary>
internal static class GgufRopeScaling
{
    private static readonly string[] WithoutEquivalent =
        ["rope.scaling.attn_factor", "rope.scaling.yarn_attn_factor", "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_log_multiplier"];

    /// <summary>The entry, or null when positions are not scaled.</summary>
    public static JsonNode? Create(GgufCheckpoint model, GgufHyperparameters numbers)
    {
        var type = numbers.Text("rope.scaling.type");
        // Files written before the key existed have this one, for linear scaling only.
        var factor = numbers.Real("rope.scaling.factor") ?? numbers.Real("rope.scale_linear");
        if (model.RopeFactors is { } factors)
        {
            if (type is not (null or "none"))
                throw numbers.Fault("rope.scaling.type", $"scaling '{type}' together with the tensor '{GgufNames.RopeFactors}' is not read");
            return Llama3Factors.Recognise(factors.ToSingles(), model, numbers);
        }
        return type switch
        {
            null or "linear" when factor is { } scale and not 1 => new JsonObject { ["rope_type"] = "linear", ["factor"] = scale },
            null or "none" or "linear" => null,
            "yarn" => Yarn(numbers, factor ?? throw numbers.Fault("rope.scaling.factor", "yarn scaling needs a factor")),
            _ => throw numbers.Fault("rope.scaling.type", $"scaling {NearNames.Quote(type)} is not read, only none, linear and yarn are"),
        };
    }

    private static JsonObject Yarn(GgufHyperparameters numbers, double factor)
    {
        foreach (var key in WithoutEquivalent)
        {
            if (numbers.Real(key) is { } value and not 1)
                throw numbers.Fault(key, $"the value {value} has no equivalent in a Hugging Face configuration");
        }
        var scaling = new JsonObject
        {
            ["rope_type"] = "yarn",
            ["factor"] = factor,
            ["original_max_position_embeddings"] = numbers.Positive("rope.scaling.original_context_length"),
        };
        if (numbers.Real("rope.scaling.yarn_beta_fast") is { } fast) scaling["beta_fast"] = fast;
        if (numbers.Real("rope.scaling.yarn_beta_slow") is { } slow) scaling["beta_slow"] = slow;
        return scaling;
    }
}
