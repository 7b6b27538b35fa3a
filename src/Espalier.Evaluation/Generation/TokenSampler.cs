using Espalier.Data;

namespace Espalier.Evaluation;

/// <summary>
/// Chooses the next token from logits: the likeliest, or a draw after temperature, top-k and top-p, in this order. Of equal logits the lower id comes first.
/// </summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly SeededRandom? _random;

    /// <summary>Creates a sampler.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="random">Source of the draws; may be null for greedy choice.</param>
    /// <exception cref="UsageException">An option is out of range.</exception>
    public TokenSampler(GenerationOptions options, SeededRandom? random)
    {
        options.Validate();
        if (options.Temperature > 0 && random is null) throw new ArgumentNullException(nameof(random), "Sampling needs a random generator.");
        _options = options;
        _random = random;
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">One number per id.</param>
    /// <exception cref="EspalierException">The logits hold NaN, or nothing finite.</exception>
    public int Next(ReadOnlySpan<float> logits)
    {
        var best = Largest(logits);
        if (_options.Temperature == 0 || _options.TopK == 1) return best;
        var (ids, probabilities) = Candidates(logits);
        var draw = _random!.NextDouble() * probabilities.Sum();
        for (var i = 0; i < ids.Length; i++)
        {
            draw -= probabilities[i];
            if (draw < 0) return ids[i];
        }
        return ids[^1]; // rounding left a rest
    }

    /// <summary>The tokens that take part in a draw, likeliest first, with their probabilities before renormalisation.</summary>
    /// <param name="logits">One number per id.</param>
    public (int[] Ids, double[] Probabilities) Candidates(ReadOnlySpan<float> logits)
    {
        var largest = logits[Largest(logits)];
        var temperature = _options.Temperature == 0 ? 1 : _options.Temperature;
        var weights = new double[logits.Length];
        var ids = new int[logits.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = i;
            weights[i] = Math.Exp((logits[i] - (double)largest) / temperature);
        }
        if (_options.TopK is null && _options.TopP is null) return (ids, Normalised(weights, weights.Length));
        // Array.Sort is not stable, so the id decides between equals.
        var order = ids.ToArray();
        Array.Sort(order, (a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        var sorted = Array.ConvertAll(order, id => weights[id]);
        var count = Math.Min(_options.TopK ?? order.Length, order.Length);
        var probabilities = Normalised(sorted, count);
        if (_options.TopP is { } wanted)
        {
            var sum = 0.0;
            var kept = 0;
            while (kept < count && (kept == 0 || sum < wanted)) sum += probabilities[kept++];
            count = kept;
        }
        return (order[..count], probabilities[..count]);
    }

    private static double[] Normalised(double[] weights, int count)
    {
        var sum = weights.AsSpan(0, count).ToArray().Sum();
        return Array.ConvertAll(weights[..count], weight => weight / sum);
    }

    private static int Largest(ReadOnlySpan<float> logits)
    {
        var best = -1;
        for (var i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i])) throw Broken();
            if (best < 0 || logits[i] > logits[best]) best = i;
        }
        return best >= 0 && float.IsFinite(logits[best]) ? best : throw Broken();
    }

    private static EspalierException Broken() =>
        new("the model's outputs hold NaN or infinity, so no token can be chosen", "logits", "Check the weights with 'espalier verify'");
}
