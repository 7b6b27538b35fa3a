using System.Globalization;

namespace Espalier.Reports;

/// <summary>Numbers as a reader wants to see them, in invariant culture.</summary>
internal static class Quantity
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A fraction as <c>50.0 %</c>; never rounded to 0 or 100 unless it is.</summary>
    public static string Percent(double fraction) => fraction switch
    {
        > 0 and < 0.0005 => "<0.1 %",
        < 1 and >= 0.9995 => ">99.9 %",
        _ => (fraction * 100).ToString("0.0", Invariant) + " %",
    };

    /// <summary>A ratio as <c>1.26x</c>.</summary>
    public static string Ratio(double ratio) => Short(ratio) + "x";

    /// <summary>About three to five significant digits, scientific for large numbers.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        double.NaN => "not a number",
        double.PositiveInfinity => value > 0 ? "infinite" : "-infinite",
        >= 1e6 => value.ToString("0.00e+0", Invariant),
        >= 1000 => value.ToString("#,0", Invariant),
        >= 0.095 or 0 => value.ToString("0.00", Invariant),
        >= 0.001 => value.ToString("0.0000", Invariant),
        _ => value.ToString("0.0e+0", Invariant),
    };

    /// <summary>A count with separators.</summary>
    public static string Count(long value) => value.ToString("#,0", Invariant);

    /// <summary>A count as <c>134.5 M</c>.</summary>
    public static string Large(double value) => Math.Abs(value) switch
    {
        >= 1e15 => Scaled(value / 1e15, "P"),
        >= 1e12 => Scaled(value / 1e12, "T"),
        >= 1e9 => Scaled(value / 1e9, "G"),
        >= 1e6 => Scaled(value / 1e6, "M"),
        >= 1e4 => Scaled(value / 1e3, "k"),
        _ => value.ToString("#,0", Invariant),
    };

    /// <summary>Bytes in decimal units, as on the label of a disk.</summary>
    public static string Bytes(long bytes) => Math.Abs((double)bytes) switch
    {
        >= 1e9 => Scaled(bytes / 1e9, "GB"),
        >= 1e6 => Scaled(bytes / 1e6, "MB"),
        >= 1e3 => Scaled(bytes / 1e3, "kB"),
        _ => $"{bytes} B",
    };

    /// <summary>Seconds as <c>3 min 12 s</c> or <c>4.2 s</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        >= 3599.5 => FormattableString.Invariant($"{Math.Floor(Math.Round(seconds / 60) / 60)} h {Math.Round(seconds / 60) % 60} min"),
        >= 99.5 => FormattableString.Invariant($"{Math.Floor(Math.Round(seconds) / 60)} min {Math.Round(seconds) % 60} s"),
        >= 9.95 => seconds.ToString("0 's'", Invariant),
        _ => seconds.ToString("0.0 's'", Invariant),
    };

    /// <summary>Milliseconds with about three significant digits.</summary>
    public static string Milliseconds(double value) => value.ToString(Math.Abs(value) >= 100 ? "#,0" : Math.Abs(value) >= 10 ? "0.0" : "0.00", Invariant);

    private static string Scaled(double value, string unit) =>
        value.ToString(Math.Abs(value) >= 99.95 ? "#,0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.00", Invariant) + " " + unit;
}
