using System.Text.Json.Nodes;

namespace Espalier.Formats.Gguf;

/// <summary>
/// Recovers the parameters of llama-3 position scaling from the frequency factors that a converter computed from them. The file does
/// not store the parameters; all published models use low factor 1 and high factor 4, so those are tried with the original lengths in
/// use, and accepted only when they give the stored factors back.
/// </summary>
internal static class Llama3Factors
{
    private const double Low = 1, High = 4;
    private const double Tolerance = 1e-4; // stored as binary32, computed with binary32 frequencies

    /// <summary>The configuration entry.</summary>
    /// <exception cref="InvalidFileException">No parameters give these factors.</exception>
    public static JsonObject? Recognise(float[] stored, GgufCheckpoint model, GgufHyperparameters numbers)
    {
        var dimension = numbers.HeadDimension;
        var theta = numbers.Real("rope.freq_base") ?? 10000.0;
        if (stored.Length == dimension / 2 && stored[^1] >= 1)
        {
            if (stored.All(f => f == 1)) return null;
            var factor = (double)stored[^1]; // the slowest frequency is divided by the whole factor
            foreach (var original in (long[])[8192, 4096, 16384, 32768, 2048, 1024])
            {
                if (!Enumerable.Range(0, stored.Length).All(i => Matches(stored[i], Factor(i, dimension, theta, factor, original)))) continue;
                return new JsonObject
                {
                    ["rope_type"] = "llama3",
                    ["factor"] = factor,
                    ["low_freq_factor"] = Low,
                    ["high_freq_factor"] = High,
                    ["original_max_position_embeddings"] = original,
                };
            }
        }
        throw new InvalidFileException(model.Origin, $"its {stored.Length} frequency factors are not those of llama-3 position scaling",
            $"tensor '{GgufNames.RopeFactors}'", "Use the safetensors files of the model, whose config.json states the scaling");
    }

    // Divisor of the frequency of pair i: 1 for short waves, the factor for long ones, a blend of the frequencies between.
    private static double Factor(int pair, long dimension, double theta, double factor, double original)
    {
        var wavelength = 2 * Math.PI * Math.Pow(theta, 2.0 * pair / dimension);
        if (wavelength < original / High) return 1;
        if (wavelength > original / Low) return factor;
        var smooth = (original / wavelength - Low) / (High - Low);
        return 1 / ((1 - smooth) / factor + smooth);
    }

    private static bool Matches(double stored, double expected) => Math.Abs(stored - expected) <= Tolerance * expected;
}
