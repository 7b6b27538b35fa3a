using Espalier.Data;
using Espalier.Tensors;

namespace Espalier.Formats.HuggingFace;

/// <summary>
/// Values for a model that is to be trained from nothing, as Hugging Face's library draws them: matrices normal with mean 0 and deviation
/// <c>initializer_range</c>, biases 0, norms 1. The projections that write to the residual stream are divided by sqrt(2 layers), so that the
/// stream's variance does not grow with depth (Radford et al. 2019, GPT-2).
/// </summary>
public static class WeightInitializer
{
    private const double DefaultRange = 0.02;
    private static readonly string[] ResidualProjections = ["o_proj.weight", "down_proj.weight"];

    /// <summary>Draws 32-bit values for all tensors of a configuration, in the order in which the model uses them.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="random">Source of the draws.</param>
    /// <exception cref="InvalidFileException">The architecture or a key is unknown, or <c>initializer_range</c> is not positive.</exception>
    public static InMemoryTensors Create(ConfigReader config, SeededRandom random)
    {
        var range = config.OptionalNumber("initializer_range") ?? DefaultRange;
        if (range <= 0) throw config.Bad("initializer_range", $"its value {range} is not positive");
        var layers = config.Int("num_hidden_layers");
        var tensors = new InMemoryTensors();
        foreach (var (name, shape) in ArchitectureRegistry.DescribeTensors(config))
        {
            var values = new float[checked((int)shape.ElementCount)];
            if (shape.Rank == 1)
            {
                values.AsSpan().Fill(name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);
            }
            else
            {
                var residual = ResidualProjections.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
                var deviation = residual ? range / Math.Sqrt(2.0 * layers) : range;
                for (var i = 0; i < values.Length; i++) values[i] = (float)(deviation * random.NextNormal());
            }
            tensors.Set(name, ArrayTensorData.FromSingles(shape, values));
        }
        return tensors;
    }
}
