namespace Espalier.Reports.Rendering;

/// <summary>What the plots have in common: a scaled drawing with a title for screen readers, text, lines and axes.</summary>
internal static class SvgChart
{
    /// <summary>Width of the wide plots in units of the drawing.</summary>
    public const double Width = 860;

    public static Markup.Scope Begin(Markup page, double width, double height, string label, string kind = "wide") => page.Element("svg",
        ("viewBox", $"0 0 {Markup.Number(width)} {Markup.Number(height)}"),
        ("class", kind),
        ("preserveAspectRatio", kind == "bar" ? "none" : null),
        ("role", "img"),
        ("aria-label", label),
        ("xmlns", "http://www.w3.org/2000/svg"));

    public static void Text(Markup page, double x, double y, string text, string anchor = "start", string kind = "label") =>
        page.Leaf("text", text, ("x", x), ("y", y), ("text-anchor", anchor == "start" ? null : anchor), ("class", kind));

    public static void Line(Markup page, double x1, double y1, double x2, double y2, string kind) =>
        page.Void("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("class", kind));

    /// <summary>Ticks and title below a plot.</summary>
    public static void Bottom(Markup page, Axis x, double y, string title, bool whole, Func<double, string> format, int about = 10)
    {
        Line(page, x.Start, y, x.End, y, "axis");
        foreach (var tick in x.Ticks(about, whole))
        {
            Line(page, x[tick], y, x[tick], y + 4, "axis");
            Text(page, x[tick], y + 17, format(tick), "middle", "tick");
        }
        Text(page, (x.Start + x.End) / 2, y + 36, title, "middle", "title");
    }
}
