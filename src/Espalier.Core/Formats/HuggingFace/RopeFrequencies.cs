namespace Espalier.Formats.HuggingFace;

/// <summary>
/// Inverse frequencies of the rotary scalings, in double precision, rounded once. All use the half-split form: component i pairs with i + r/2,
/// base frequency theta^(-2i/r).
/// </summary>
internal sealed class RopeFrequencies(ConfigReader section, double theta, int dimension, int maxPositions, int? originalLength)
{
    private readonly int _half = dimension / 2;

    /// <summary>Unscaled frequencies.</summary>
    public RopeScaling Default() => Make("default", Base());

    /// <summary>f / factor.</summary>
    public RopeScaling Linear()
    {
        var factor = Factor();
        return Make("linear", [.. Base().Select(f => f / factor)]);
    }

    /// <summary>NTK by length: theta grows once the sequence is longer than the trained length. The graph computes it from the positions.</summary>
    public RopeScaling Dynamic()
    {
        if (dimension <= 2) throw section.Bad("rope_type", "dynamic scaling needs a head dimension above 2");
        var factor = Factor();
        var original = section.OptionalInt("original_max_position_embeddings") ?? originalLength ?? maxPositions;
        return Make("dynamic", Base()) with { Factor = factor, OriginalLength = original };
    }

    /// <summary>Llama 3: long wavelengths are divided by the factor, short ones kept, the middle blended.</summary>
    public RopeScaling Llama3()
    {
        var factor = Factor();
        var low = section.Number("low_freq_factor", 1);
        var high = section.Number("high_freq_factor", 4);
        if (high <= low) throw section.Bad("high_freq_factor", $"it must be above low_freq_factor ({low})");
        double original = Original();
        var scaled = Base().Select(f =>
        {
            var wavelength = 2 * Math.PI / f;
            if (wavelength < original / high) return f;
            if (wavelength > original / low) return f / factor;
            var smooth = ((original / wavelength) - low) / (high - low);
            return ((1 - smooth) * f / factor) + (smooth * f);
        });
        return Make("llama3", [.. scaled]);
    }

    /// <summary>YaRN: a ramp between interpolated and original frequencies, and a factor on cosine and sine.</summary>
    public RopeScaling Yarn()
    {
        var original = section.OptionalInt("original_max_position_embeddings") ?? originalLength ?? maxPositions;
        var factor = section.OptionalNumber("factor") ?? ((double)maxPositions / original);
        if (factor < 1) throw section.Bad("factor", $"its value {factor} is below 1");
        var fast = section.Number("beta_fast", 32);
        var slow = section.Number("beta_slow", 1);
        var truncate = section.Bool("truncate", true);
        var mscale = section.OptionalNumber("mscale") ?? 0;
        var mscaleAll = section.OptionalNumber("mscale_all_dim") ?? 0;
        double Magnitude(double m) => factor <= 1 ? 1 : (0.1 * m * Math.Log(factor)) + 1;
        var attention = section.OptionalNumber("attention_factor")
            ?? (mscale != 0 && mscaleAll != 0 ? Magnitude(mscale) / Magnitude(mscaleAll) : Magnitude(1));
        double CorrectionDimension(double rotations) => dimension * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
        var low = CorrectionDimension(fast);
        var high = CorrectionDimension(slow);
        if (truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, dimension - 1);
        if (low == high) high += 0.001;
        var scaled = Base().Select((f, i) =>
        {
            var ramp = Math.Clamp((i - low) / (high - low), 0, 1);
            return (f / factor * ramp) + (f * (1 - ramp));
        });
        return Make("yarn", [.. scaled]) with { AttentionFactor = attention };
    }

    /// <summary>LongRoPE: one list of divisors up to the original length, another beyond it.</summary>
    public RopeScaling LongRope()
    {
        var original = Original();
        var shortFactors = Divisors("short_factor");
        var longFactors = Divisors("long_factor");
        var factor = section.OptionalNumber("factor") ?? ((double)maxPositions / original);
        var attention = section.OptionalNumber("attention_factor")
            ?? (factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original))));
        float[] Scale(double[] divisors) => [.. Base().Select((f, i) => (float)(f / divisors[i]))];
        return Make("longrope", Base()) with
        {
            Frequencies = Scale(shortFactors),
            LongFrequencies = Scale(longFactors),
            AttentionFactor = attention,
            OriginalLength = original,
        };
    }

    private double[] Base() => [.. Enumerable.Range(0, _half).Select(i => Math.Pow(theta, -2.0 * i / dimension))];

    private RopeScaling Make(string kind, double[] frequencies) =>
        new(kind, theta, dimension, [.. frequencies.Select(f => (float)f)], null, 1, 1, maxPositions);

    private double Factor()
    {
        var factor = section.OptionalNumber("factor") ?? throw section.Bad("factor", "it is missing");
        return factor >= 1 ? factor : throw section.Bad("factor", $"its value {factor} is below 1");
    }

    private int Original() => section.OptionalInt("original_max_position_embeddings") ?? originalLength
        ?? throw section.Bad("original_max_position_embeddings", "it is missing");

    private double[] Divisors(string key)
    {
        var divisors = section.Numbers(key) ?? throw section.Bad(key, "it is missing");
        if (divisors.Length != _half || divisors.Any(d => d <= 0)) throw section.Bad(key, $"it must hold {_half} positive numbers");
        return divisors;
    }
}
