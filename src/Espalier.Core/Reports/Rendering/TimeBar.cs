namespace Espalier.Reports.Rendering;

/// <summary>Where the time went: one bar, its parts in proportion, and a legend with the numbers.</summary>
internal static class TimeBar
{
    public static IReadOnlyList<(string Name, double Seconds)> Parts(TimeSplit time) =>
    [
        ("forward passes", time.Forward), ("statistics of layer inputs", time.Statistics), ("scoring and solving", time.Solve), ("reading and writing", time.Write),
    ];

    public static void Draw(Markup page, TimeSplit time)
    {
        var parts = Parts(time);
        if (time.Total > 0)
        {
            using var svg = SvgChart.Begin(page, SvgChart.Width, 26, "Share of each part in the time of the run", "bar");
            var at = 0d;
            for (var i = 0; i < parts.Count; i++)
            {
                var width = parts[i].Seconds / time.Total * SvgChart.Width;
                if (width > 0)
                {
                    using var part = page.Element("rect", ("x", at), ("y", 0d), ("width", Math.Max(0.2, width - 1.5)), ("height", 26d), ("class", $"fill f{i}"));
                    page.Leaf("title", $"{parts[i].Name}: {Quantity.Seconds(parts[i].Seconds)}");
                }
                at += width;
            }
        }
        using var legend = page.Element("ul", ("class", "legend"));
        for (var i = 0; i < parts.Count; i++)
        {
            using var item = page.Element("li");
            page.Leaf("span", "", ("class", $"swatch f{i}"));
            var share = time.Total > 0 ? $" ({Quantity.Percent(parts[i].Seconds / time.Total)})" : "";
            page.Text($"{parts[i].Name} {Quantity.Seconds(parts[i].Seconds)}{share}");
        }
    }
}
