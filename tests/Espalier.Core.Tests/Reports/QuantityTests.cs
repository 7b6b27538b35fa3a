using Espalier.Reports;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0.0 %")]
    [InlineData(1e-9, "<0.1 %")]
    [InlineData(0.5, "50.0 %")]
    [InlineData(0.9994, "99.9 %")]
    [InlineData(0.99999, ">99.9 %")]
    [InlineData(1, "100.0 %")]
    public void Shares_are_nothing_or_everything_only_if_they_are(double fraction, string text) => Assert.Equal(text, Quantity.Percent(fraction));

    [Theory]
    [InlineData(16.954999999999998, "16.95")]
    [InlineData(999.994, "999.99")]
    [InlineData(25_000.4, "25,000")]
    [InlineData(5e6, "5.00e+6")]
    [InlineData(0.0123, "0.0123")]
    [InlineData(1.5e-7, "1.5e-7")]
    [InlineData(double.NaN, "not a number")]
    [InlineData(double.PositiveInfinity, "infinite")]
    public void Values_have_a_few_digits(double value, string text) => Assert.Equal(text, Quantity.Short(value));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(269_060_552, "269 MB")]
    [InlineData(1_234_567_890, "1.23 GB")]
    [InlineData(99_960_000, "100 MB")]
    public void Bytes_are_decimal(long bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(119.6, "2 min 0 s")]
    [InlineData(3599.6, "1 h 0 min")]
    [InlineData(7380, "2 h 3 min")]
    public void Seconds_carry_over(double seconds, string text) => Assert.Equal(text, Quantity.Seconds(seconds));
}
