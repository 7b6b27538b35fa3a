using System.Globalization;
using CsCheck;
using Espalier.Recipes;
using Xunit;

namespace Espalier.Core.Tests.Recipes;

public sealed class OptionsBinderTests
{
    public enum Order
    {
        Natural,
        ByDiagonal,
    }

    public sealed record Options
    {
        [Option("Share of the mean diagonal added to the Gram matrix.", Symbol = "lambda")]
        [OptionRange(0, 1, MinExclusive = true)]
        public double Damping { get; init; } = 0.01;

        [Option("Columns per block.")]
        [OptionRange(1, double.PositiveInfinity)]
        public int BlockSize { get; init; } = 128;

        [Option("Order of the columns.")]
        public Order ColumnOrder { get; init; } = Order.ByDiagonal;

        [Option("Whether to say more.")]
        public bool Verbose { get; init; }

        [Option("Most rounds.")]
        [OptionRange(1, 10)]
        public int? MostRounds { get; init; }

        public double? Target { get; init; }

        public bool? Flag { get; init; } = true;

        public Order? Second { get; init; }

        public string Norm { get; init; } = "l2";

        public string? Note { get; init; }

        public double Derived => Damping * 2;
    }

    public sealed record Demanding
    {
        [Option("A ratio.")]
        public required double Ratio { get; init; }
    }

    public sealed record Unsupported
    {
        public DateTime When { get; init; }
    }

    private static Options Bind(params (string Name, string Value)[] values) =>
        OptionsBinder.Bind<Options>(values.ToDictionary(pair => pair.Name, pair => pair.Value), "sparsegpt");

    [Fact]
    public void What_is_absent_keeps_its_default() => Assert.Equal(new Options(), Bind());

    [Fact]
    public void Every_type_is_bound() => Assert.Equal(
        new Options
        {
            Damping = 0.5,
            BlockSize = 64,
            ColumnOrder = Order.Natural,
            Verbose = true,
            MostRounds = 3,
            Target = -2.5e-3,
            Flag = false,
            Second = Order.ByDiagonal,
            Norm = "",
            Note = "none",
        },
        Bind(("damping", "0.5"), ("block-size", "64"), ("column-order", "natural"), ("verbose", "true"), ("most-rounds", "3"), ("target", "-2.5e-3"), ("flag", "false"),
            ("second", "by-diagonal"), ("norm", ""), ("note", "none")));

    [Fact]
    public void None_unsets_what_may_be_unset()
    {
        var options = Bind(("most-rounds", "none"), ("target", "none"), ("flag", "none"), ("second", "none"));
        Assert.Null(options.MostRounds);
        Assert.Null(options.Target);
        Assert.Null(options.Flag);
        Assert.Null(options.Second);
        Assert.Throws<UsageException>(() => Bind(("block-size", "none")));
    }

    [Fact]
    public void The_culture_of_the_user_does_not_matter()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(0.25, Bind(("damping", "0.25")).Damping);
            Assert.Equal(-0.5, Bind(("target", "-0.5")).Target);
            Assert.Equal("0.01", OptionsBinder.Describe(typeof(Options))[0].Default);
            Assert.Throws<UsageException>(() => Bind(("damping", "0,25")));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("dampening", "1", "option 'dampening' of sparsegpt: there is no such option. Did you mean 'damping'? The options are damping, block-size, column-order, verbose, most-rounds, target, flag, second, norm, note.")]
    [InlineData("Damping", "1", "Did you mean 'damping'?")]
    [InlineData("derived", "1", "there is no such option")]
    [InlineData("damping", "0", "option 'damping' of sparsegpt: '0' is outside the range (0, 1].")]
    [InlineData("damping", "1.0001", "outside the range")]
    [InlineData("damping", "NaN", "not a finite number")]
    [InlineData("damping", "1e999", "not a finite number")]
    [InlineData("damping", "", "not a finite number")]
    [InlineData("damping", "1,000", "not a finite number")]
    [InlineData("block-size", "0", "'0' is outside the range >= 1.")]
    [InlineData("block-size", "1.5", "not a whole number")]
    [InlineData("block-size", "99999999999", "not a whole number that fits 32 bits")]
    [InlineData("most-rounds", "11", "outside the range [1, 10]")]
    [InlineData("verbose", "yes", "'yes' is not true or false")]
    [InlineData("column-order", "by-diagnal", "'by-diagnal' is not one of natural, by-diagonal. Did you mean 'by-diagonal'?")]
    [InlineData("column-order", "1", "is not one of natural, by-diagonal")]
    [InlineData("column-order", "ByDiagonal", "is not one of natural, by-diagonal")]
    public void Wrong_names_and_values_are_refused_with_what_is_known(string name, string value, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => Bind((name, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Required_options_must_be_given()
    {
        var error = Assert.Throws<UsageException>(() => OptionsBinder.Bind<Demanding>(new Dictionary<string, string>()));
        Assert.Equal("option 'ratio': the option has no default and must be given.", error.Message);
        Assert.Equal(2, OptionsBinder.Bind<Demanding>(new Dictionary<string, string> { ["ratio"] = "2" }).Ratio);
        Assert.Null(OptionsBinder.Describe(typeof(Demanding))[0].Default);
    }

    [Fact]
    public void Options_are_described_in_the_order_of_the_record() => Assert.Equal(
    [
        new("damping", "number", "0.01", "Share of the mean diagonal added to the Gram matrix.", "lambda", "(0, 1]"),
        new("block-size", "integer", "128", "Columns per block.", null, ">= 1"),
        new("column-order", "natural|by-diagonal", "by-diagonal", "Order of the columns.", null, null),
        new("verbose", "true|false", "false", "Whether to say more.", null, null),
        new("most-rounds", "integer|none", "none", "Most rounds.", null, "[1, 10]"),
        new("target", "number|none", "none", "", null, null),
        new("flag", "true|false|none", "true", "", null, null),
        new("second", "natural|by-diagonal|none", "none", "", null, null),
        new("norm", "text", "l2", "", null, null),
        new("note", "text|none", "none", "", null, null),
    ], OptionsBinder.Describe(typeof(Options)));

    [Fact]
    public void Types_that_are_no_options_are_an_error_of_the_program()
    {
        Assert.Throws<InvalidOperationException>(() => OptionsBinder.Describe(typeof(Unsupported)));
        Assert.Throws<InvalidOperationException>(() => OptionsBinder.Bind<Unsupported>(new Dictionary<string, string> { ["when"] = "now" }));
        Assert.Throws<InvalidOperationException>(() => OptionsBinder.Describe(typeof(OptionDescription)));
    }

    [Fact]
    public void Numbers_survive_text() => Gen.Select(Gen.Double[double.Epsilon, 1], Gen.Int[1, int.MaxValue]).Sample((damping, block) =>
    {
        var options = Bind(("damping", damping.ToString("R", CultureInfo.InvariantCulture)), ("block-size", block.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(damping, options.Damping);
        Assert.Equal(block, options.BlockSize);
    }, iter: 500, threads: 1);

    [Theory]
    [InlineData(0, 1, false, true, "[0, 1)")]
    [InlineData(double.NegativeInfinity, 5, false, true, "< 5")]
    [InlineData(0.5, double.PositiveInfinity, true, false, "> 0.5")]
    public void Ranges_read_as_intervals(double min, double max, bool minExclusive, bool maxExclusive, string text)
    {
        var range = new OptionRangeAttribute(min, max) { MinExclusive = minExclusive, MaxExclusive = maxExclusive };
        Assert.Equal(text, range.ToString());
        Assert.Equal(!minExclusive, range.Contains(min));
        Assert.Equal(!maxExclusive && double.IsFinite(max), range.Contains(max) && double.IsFinite(max));
        Assert.False(range.Contains(double.NaN));
    }
}
