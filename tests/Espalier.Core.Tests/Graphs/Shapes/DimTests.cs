using Espalier.Graphs;
using Xunit;

namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Sizes as expressions: one text per value, and values as plain arithmetic gives them.</summary>
public sealed class DimTests
{
    private static readonly Dim H = "h";
    private static readonly Dim W = "w";

    [Fact]
    public void Equal_expressions_have_one_form()
    {
        Assert.Equal("12*h", (H * 12).ToString());
        Assert.Equal("h + w + 1", (W + 1 + H).ToString());
        Assert.Equal("h*w - 2*h", ((W - 2) * H).ToString());
        Assert.Equal(W + H, H + W);
        Assert.Equal((H + W) * (H - W), (H * H) - (W * W));
        Assert.Equal(0, H - H);
        Assert.Equal(H, Dim.DivideExactly(H * W * 12, W * 12));
        Assert.Equal(H + W, Dim.DivideExactly((H * H) - (W * W), H - W));
        Assert.Equal(H, H + W - W);
        Assert.Equal("h", (H + W - W).Symbol);
        Assert.Null((H + W).Symbol);
        Assert.Null((H + W).Size);
    }

    [Fact]
    public void Stacked_quotients_are_one_quotient()
    {
        Assert.Equal("floor(h/4)", Dim.FloorDivide(Dim.FloorDivide(H, 2), 2).ToString());
        Assert.Equal("floor((h + 1)/4)", Dim.FloorDivide(Dim.FloorDivide(H - 1, 2) + 1, 2).ToString());
        Assert.Equal("floor((h + 1)/2) + 3*h + 1", Dim.FloorDivide((H * 7) + 3, 2).ToString());
        Assert.Equal(Dim.CeilingDivide(H, 2), Dim.FloorDivide(H - 1, 2) + 1);
    }

    [Fact]
    public void Order_is_decided_where_it_is_certain()
    {
        Assert.Equal(H, Dim.Min(H, H + W));
        Assert.Equal(H + 1, Dim.Max(H, H + 1));
        Assert.Equal(H, Dim.Max(H, 0));
        Assert.Equal("min(5, h)", Dim.Min(H, 5).ToString());
        Assert.Equal(Dim.FloorDivide(H, 2), Dim.Min(Dim.FloorDivide(H, 2), Dim.FloorDivide(H + 3, 2)));
    }

    [Fact]
    public void Unknown_sizes_are_never_equal_and_stay_unknown()
    {
        Assert.False(Dim.Unknown == Dim.Unknown);
        Assert.True((Dim.Unknown + 1).IsUnknown);
        Assert.True((H * Dim.Unknown).IsUnknown);
        Assert.Equal(0, Dim.Unknown * 0);
        Assert.True(Dim.FloorDivide(H, 0).IsUnknown);
        Assert.True(Dim.FloorDivide(3, -1).IsUnknown);
    }

    [Fact]
    public void Overflow_and_growth_end_in_unknown()
    {
        Assert.True(((Dim)long.MaxValue + 1).IsUnknown);
        Assert.True(((Dim)long.MinValue * -1).IsUnknown);
        Assert.True((H * long.MaxValue * 2).IsUnknown);
        Assert.True(Dim.CeilingDivide(long.MaxValue, 2).IsUnknown);
        var product = H;
        for (var i = 0; i < 100; i++) product *= (Dim)$"x{i}" + 1;
        Assert.True(product.IsUnknown);
        var sum = H;
        for (var i = 0; i < 1000; i++) sum = Dim.FloorDivide(sum + $"x{i}", (Dim)"d" + i);
        Assert.True(sum.IsUnknown);
        Assert.Null((H * long.MaxValue).Evaluate(new Dictionary<string, long> { ["h"] = 2 }));
    }

    [Fact]
    public void Texts_of_exporters_are_read_and_names_stay_names()
    {
        Assert.Equal((Dim)"past_sequence_length" + "sequence_length", Dim.Parse("past_sequence_length + sequence_length"));
        Assert.Equal(H * 2, Dim.Parse("2*h"));
        Assert.Equal("batch-size", Dim.Parse("batch-size").Symbol);
        Assert.Equal("unk__12", Dim.Parse("unk__12").Symbol);
        Assert.Equal("(h", Dim.Parse("(h").Symbol);
        Assert.Equal("h + ", Dim.Parse("h + ").Symbol);
        Assert.Equal("floor(h)", Dim.Parse("floor(h)").Symbol);
        Assert.Equal("99999999999999999999", Dim.Parse("99999999999999999999").Symbol);
        Assert.NotNull(Dim.Parse(new string('(', 100_000)).Symbol);
        Assert.NotNull(Dim.Parse(new string('(', 300)).Symbol);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_expressions_have_the_values_of_plain_arithmetic(int seed)
    {
        var random = new Random(seed);
        var checkedSizes = 0;
        for (var round = 0; round < 400; round++)
        {
            var sizes = new Dictionary<string, long> { ["h"] = random.Next(0, 9), ["w"] = random.Next(1, 9), ["n"] = random.Next(0, 30) };
            var (dim, value) = Expression(random, sizes, 5);
            if (dim.IsUnknown) continue;
            checkedSizes++;
            Assert.Equal(dim, Dim.Parse(dim.ToString()));
            Assert.Equal(value, dim.Evaluate(sizes));
        }
        Assert.True(checkedSizes > 300);
    }

    private static (Dim Dim, long Value) Expression(Random random, Dictionary<string, long> sizes, int depth)
    {
        if (depth == 0 || random.Next(5) == 0)
        {
            if (random.Next(3) == 0)
            {
                var number = random.Next(-4, 9);
                return (number, number);
            }
            var symbol = sizes.Keys.ElementAt(random.Next(3));
            return (symbol, sizes[symbol]);
        }
        var (a, x) = Expression(random, sizes, depth - 1);
        var (b, y) = Expression(random, sizes, depth - 1);
        long divisor = random.Next(1, 5);
        return random.Next(7) switch
        {
            0 => (a + b, x + y),
            1 => (a - b, x - y),
            2 => (a * b, x * y),
            3 => (Dim.FloorDivide(a, divisor), (long)Math.Floor((double)x / divisor)),
            4 => (Dim.CeilingDivide(a, divisor), (long)Math.Ceiling((double)x / divisor)),
            5 => (Dim.Min(a, b), Math.Min(x, y)),
            _ => (Dim.Max(a, b), Math.Max(x, y)),
        };
    }
}
