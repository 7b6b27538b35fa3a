using System.Globalization;

namespace Espalier.Reports.Rendering;

/// <summary>A linear axis with round ticks.</summary>
internal sealed class Axis
{
    public Axis(double from, double to, double start, double end)
    {
        (From, To, Start, End) = (from, to > from ? to : from + 1, start, end);
    }

    public double From { get; }

    public double To { get; }

    public double Start { get; }

    public double End { get; }

    /// <summary>The place of a value.</summary>
    public double this[double value] => Start + ((value - From) / (To - From) * (End - Start));

    /// <summary>Values at 1, 2 or 5 times a power of ten, about as many as asked for.</summary>
    public IEnumerable<double> Ticks(int about, bool whole = false)
    {
        var step = Step(about);
        if (whole) step = Math.Max(1, Math.Round(step));
        for (var k = Math.Ceiling((From / step) - 1e-9); k * step <= To + (step * 1e-9); k++) yield return (k * step) + 0.0; // never -0
    }

    /// <summary>A tick as text: all ticks of an axis have the same decimals.</summary>
    public string Label(double tick, int about)
    {
        var decimals = -(int)Math.Floor(Math.Log10(Step(about)) + 1e-9);
        if (decimals > 6 || Math.Abs(tick) >= 1e6) return tick == 0 ? "0" : Quantity.Short(tick);
        return tick.ToString($"N{Math.Max(0, decimals)}", CultureInfo.InvariantCulture);
    }

    private double Step(int about)
    {
        var raw = (To - From) / Math.Max(1, about);
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(candidate => candidate >= raw * 0.999);
    }
}
