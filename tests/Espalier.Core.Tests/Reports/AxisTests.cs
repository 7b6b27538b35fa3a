using Espalier.Reports.Rendering;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 0.31, 5, "0.0 0.1 0.2 0.3")]
    [InlineData(0, 0.22, 5, "0.00 0.05 0.10 0.15 0.20")]
    [InlineData(-1, 29.5, 10, "0 5 10 15 20 25")]
    [InlineData(0, 8, 2, "0 5")]
    [InlineData(0, 3000, 3, "0 1,000 2,000 3,000")]
    [InlineData(0, 2e-9, 4, "0 5.0e-10 1.0e-9 1.5e-9 2.0e-9")]
    public void Ticks_are_round_and_have_the_same_decimals(double from, double to, int about, string expected)
    {
        var axis = new Axis(from, to, 0, 100);
        Assert.Equal(expected, string.Join(' ', axis.Ticks(about).Select(tick => axis.Label(tick, about))));
    }

    [Fact]
    public void Whole_ticks_never_lie_between_numbers() => Assert.Equal([0, 1, 2], new Axis(-0.5, 2.5, 0, 100).Ticks(10, whole: true));

    [Fact]
    public void Places_are_linear_and_may_run_backwards()
    {
        var axis = new Axis(0, 4, 100, 20);
        Assert.Equal([100, 60, 20], new[] { axis[0], axis[2], axis[4] });
    }
}
