using System.Globalization;
using System.Text;

namespace Espalier.Reports.Rendering;

/// <summary>Relative error of each layer: one line per kind, labelled at its end, in the order of the ends.</summary>
internal static class ErrorChart
{
    private const double Top = 16;
    private const double Bottom = 316;
    private const double Spacing = 16;

    /// <summary>Colours that the style sheet defines; more lines repeat them with dashes.</summary>
    public const int Colours = 8;

    private readonly record struct Line(string Kind, int Index, IReadOnlyList<(int Position, double Value, string Names)> Points)
    {
        public string Class => $"c{Index % Colours}{(Index / Colours % 3) switch { 0 => "", 1 => " dashed", _ => " dotted" }}";
    }

    public static bool HasData(LayerGroups layers) => layers.Groups.SelectMany(group => group.Layers).Any(item => IsDrawn(item.Layer.RelativeError));

    public static void Draw(Markup page, LayerGroups layers)
    {
        var lines = layers.Groups.Select((group, index) => new Line(group.Label, index, Points(group))).Where(line => line.Points.Count > 0).ToList();
        var most = lines.SelectMany(line => line.Points).Max(point => point.Value);
        var room = 44 + (lines.Max(line => line.Kind.Length) * 7.2);
        var bottom = Math.Max(Bottom, Top + (lines.Count * Spacing));
        var x = new Axis(0, Math.Max(1, layers.Last), 64, SvgChart.Width - room);
        var y = new Axis(0, most > 0 ? most * 1.04 : 1, bottom, Top);

        using var svg = SvgChart.Begin(page, SvgChart.Width, bottom + 44, "Relative output error of each layer, by kind and block");
        foreach (var tick in y.Ticks(5))
        {
            SvgChart.Line(page, x.Start, y[tick], x.End, y[tick], "grid");
            SvgChart.Text(page, x.Start - 8, y[tick] + 4, y.Label(tick, 5), "end", "tick");
        }
        var turned = $"translate(14 {Markup.Number((Top + bottom) / 2)}) rotate(-90)";
        page.Leaf("text", "relative error (no unit)", ("transform", turned), ("text-anchor", "middle"), ("class", "title"));
        SvgChart.Bottom(page, x, bottom, layers.AxisTitle, whole: true, tick => tick.ToString("0", CultureInfo.InvariantCulture));
        foreach (var line in lines) Plot(page, line, x, y);
        Labels(page, lines, x, y, bottom);
    }

    // Several layers of one kind in one block, such as experts, are drawn by their mean.
    private static List<(int Position, double Value, string Names)> Points(LayerGroup group) => [.. group.Layers
        .Where(item => IsDrawn(item.Layer.RelativeError))
        .GroupBy(item => item.Position)
        .OrderBy(block => block.Key)
        .Select(block => (block.Key, block.Average(item => item.Layer.RelativeError!.Value), Names(block.ToList())))];

    private static string Names(List<PlacedLayer> layers) => layers.Count == 1 ? layers[0].Layer.Name : $"mean of {layers.Count} layers";

    private static void Plot(Markup page, Line line, Axis x, Axis y)
    {
        var path = new StringBuilder();
        foreach (var point in line.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Markup.Number(x[point.Position])).Append(' ').Append(Markup.Number(y[point.Value]));
        }
        page.Void("path", ("d", path), ("class", $"line {line.Class}"));
        foreach (var point in line.Points)
        {
            using var dot = page.Element("circle", ("cx", x[point.Position]), ("cy", y[point.Value]), ("r", 2.2), ("class", $"dot {line.Class}"));
            page.Leaf("title", $"{point.Names}, block {point.Position}: {Quantity.Short(point.Value)}");
        }
    }

    // Labels stand at the height of the last point, pushed apart downwards and, where they leave the plot, back upwards.
    private static void Labels(Markup page, List<Line> lines, Axis x, Axis y, double bottom)
    {
        var ordered = lines.OrderBy(line => y[line.Points[^1].Value]).ToList();
        var places = ordered.Select(line => y[line.Points[^1].Value]).ToArray();
        for (var i = 1; i < places.Length; i++) places[i] = Math.Max(places[i], places[i - 1] + Spacing);
        var limit = bottom;
        for (var i = places.Length - 1; i >= 0; i--, limit -= Spacing) places[i] = Math.Min(places[i], limit);
        for (var i = 0; i < places.Length; i++)
        {
            var line = ordered[i];
            var end = line.Points[^1];
            var (from, to) = ($"{Markup.Number(x[end.Position] + 4)} {Markup.Number(y[end.Value])}", $"{Markup.Number(x.End + 18)} {Markup.Number(places[i])}");
            page.Void("path", ("d", $"M{from}L{to}h8"), ("class", $"leader {line.Class}"));
            SvgChart.Text(page, x.End + 30, places[i] + 4, line.Kind);
        }
    }

    private static bool IsDrawn(double? error) => error is { } value && double.IsFinite(value) && value >= 0;
}
