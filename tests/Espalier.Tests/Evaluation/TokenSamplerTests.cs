using Espalier.Data;
using Espalier.Evaluation;
using Xunit;

namespace Espalier.Tests.Evaluation;

public sealed class TokenSamplerTests
{
    // Probabilities 0.1, 0.4, 0.2, 0.25, 0.05.
    private static readonly double[] Probabilities = [0.1, 0.4, 0.2, 0.25, 0.05];
    private static readonly float[] Logits = [.. Probabilities.Select(p => (float)Math.Log(p) + 3)];

    [Fact]
    public void Greedy_takes_the_largest_and_of_equals_the_lowest_id()
    {
        Assert.Equal(1, new TokenSampler(new GenerationOptions(), null).Next(Logits));
        Assert.Equal(2, new TokenSampler(new GenerationOptions(), null).Next([0, 1, 5, 5, 5]));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Draws_follow_the_softmax_of_the_scaled_logits(double temperature)
    {
        var scaled = Probabilities.Select(p => Math.Pow(p, 1 / temperature)).ToArray();
        var counts = Draw(new GenerationOptions { Temperature = temperature }, 50_000);
        for (var i = 0; i < 5; i++) AssertFrequency(scaled[i] / scaled.Sum(), counts[i], 50_000);
    }

    [Fact]
    public void Top_k_draws_among_the_k_likeliest_in_their_proportion()
    {
        var counts = Draw(new GenerationOptions { Temperature = 1, TopK = 2 }, 20_000);
        AssertFrequency(0.4 / 0.65, counts[1], 20_000);
        AssertFrequency(0.25 / 0.65, counts[3], 20_000);
        Assert.Equal(20_000, counts[1] + counts[3]);
        Assert.Equal(20_000, Draw(new GenerationOptions { Temperature = 1, TopK = 1 }, 20_000)[1]);
    }

    [Theory]
    [InlineData(0.01, new[] { 1 })]
    [InlineData(0.39, new[] { 1 })]
    [InlineData(0.41, new[] { 1, 3 })]
    [InlineData(0.64, new[] { 1, 3 })]
    [InlineData(0.66, new[] { 1, 3, 2 })]
    [InlineData(0.94, new[] { 1, 3, 2, 0 })]
    [InlineData(1.0, new[] { 1, 3, 2, 0, 4 })]
    public void Top_p_keeps_the_smallest_set_that_reaches_the_sum(double sum, int[] expected)
    {
        var sampler = new TokenSampler(new GenerationOptions { Temperature = 1, TopP = sum }, new SeededRandom(0));
        Assert.Equal(expected, sampler.Candidates(Logits).Ids);
    }

    [Fact]
    public void Top_p_counts_probabilities_after_top_k()
    {
        // Among the three likeliest: 0.4 / 0.85 = 0.47, 0.25 / 0.85 = 0.29, so 0.7 needs two; of all five it would need three.
        var options = new GenerationOptions { Temperature = 1, TopK = 3, TopP = 0.7 };
        Assert.Equal([1, 3], new TokenSampler(options, new SeededRandom(0)).Candidates(Logits).Ids);
        Assert.Equal([1, 3, 2], new TokenSampler(options with { TopK = null }, new SeededRandom(0)).Candidates(Logits).Ids);
    }

    [Fact]
    public void Very_large_logits_do_not_overflow_and_minus_infinity_is_never_drawn()
    {
        var sampler = new TokenSampler(new GenerationOptions { Temperature = 1 }, new SeededRandom(0));
        for (var i = 0; i < 1000; i++) Assert.InRange(sampler.Next([3e38f, 3e38f, float.NegativeInfinity]), 0, 1);
    }

    [Fact]
    public void NaN_and_infinity_are_refused()
    {
        var sampler = new TokenSampler(new GenerationOptions(), null);
        Assert.Throws<EspalierException>(() => sampler.Next([0, float.NaN]));
        Assert.Throws<EspalierException>(() => sampler.Next([0, float.PositiveInfinity]));
        Assert.Throws<EspalierException>(() => sampler.Next([float.NegativeInfinity]));
    }

    public static TheoryData<GenerationOptions, string> BadOptions => new()
    {
        { new GenerationOptions { MaxTokens = 0 }, "--max-tokens" },
        { new GenerationOptions { Temperature = -1 }, "--temperature" },
        { new GenerationOptions { Temperature = double.NaN }, "--temperature" },
        { new GenerationOptions { TopK = 0 }, "--top-k" },
        { new GenerationOptions { TopP = 0 }, "--top-p" },
        { new GenerationOptions { TopP = 1.5 }, "--top-p" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_refused_by_name(GenerationOptions options, string name) =>
        Assert.StartsWith(name, Assert.Throws<UsageException>(() => new TokenSampler(options, new SeededRandom(0))).Message, StringComparison.Ordinal);

    private static int[] Draw(GenerationOptions options, int draws)
    {
        var sampler = new TokenSampler(options, new SeededRandom(9));
        var counts = new int[Logits.Length];
        for (var i = 0; i < draws; i++) counts[sampler.Next(Logits)]++;
        return counts;
    }

    private static void AssertFrequency(double probability, int count, int draws)
    {
        // Binomial: four and a half standard deviations.
        var deviation = Math.Sqrt(draws * probability * (1 - probability));
        Assert.InRange(count, (draws * probability) - (4.5 * deviation), (draws * probability) + (4.5 * deviation));
    }
}
