using System.Globalization;
using System.Text;

namespace Espalier.Reports.Rendering;

/// <summary>Small multiples of weight histograms: before as an area, after as an outline; the heights are percent of all weights.</summary>
internal static class HistogramChart
{
    private const double Width = 270;
    private const double Height = 128;

    public static void Draw(Markup page, string title, string note, Histogram histogram, bool small)
    {
        using var cell = page.Element("div", ("class", "cell"));
        using (page.Element("p", ("class", "caption")))
        {
            page.Leaf("strong", title);
            page.Text(" ");
            page.Leaf("span", note);
        }
        var (top, bottom) = (6d, small ? 66d : 92d);
        using var svg = SvgChart.Begin(page, Width, small ? 84 : Height, $"Histogram of the weights of {title} before and after", "small");
        var peak = Math.Max(histogram.Before.Max(), histogram.After.Max());
        var x = new Axis(-histogram.Limit, histogram.Limit, 40, Width - 8);
        var y = new Axis(0, peak > 0 ? peak * 100 : 1, bottom, top);
        if (!small)
        {
            foreach (var tick in y.Ticks(2))
            {
                SvgChart.Line(page, x.Start, y[tick], x.End, y[tick], "grid");
                SvgChart.Text(page, x.Start - 5, y[tick] + 4, y.Label(tick, 2) + " %", "end", "tick");
            }
        }
        page.Void("path", ("d", Steps(histogram.Before, x, y, closed: true)), ("class", "before"));
        page.Void("path", ("d", Steps(histogram.After, x, y, closed: false)), ("class", "after"));
        SvgChart.Line(page, x.Start, bottom, x.End, bottom, "axis");
        foreach (var tick in new[] { -histogram.Limit, 0, histogram.Limit })
        {
            SvgChart.Line(page, x[tick], bottom, x[tick], bottom + 3, "axis");
            SvgChart.Text(page, x[tick], bottom + 15, Tick(tick), tick < 0 ? "start" : tick > 0 ? "end" : "middle", "tick");
        }
        if (!small) SvgChart.Text(page, x[0], bottom + 31, "weight", "middle", "title");
    }

    private static string Steps(double[] bins, Axis x, Axis y, bool closed)
    {
        var path = new StringBuilder();
        var width = (x.End - x.Start) / bins.Length;
        path.Append('M').Append(Markup.Number(x.Start)).Append(' ').Append(Markup.Number(y[0]));
        for (var i = 0; i < bins.Length; i++)
        {
            path.Append('V').Append(Markup.Number(y[bins[i] * 100])).Append('H').Append(Markup.Number(x.Start + ((i + 1) * width)));
        }
        path.Append('V').Append(Markup.Number(y[0]));
        return (closed ? path.Append('Z') : path).ToString();
    }

    private static string Tick(double value) => value == 0 ? "0" : value.ToString("0.###;\u22120.###", CultureInfo.InvariantCulture);
}
