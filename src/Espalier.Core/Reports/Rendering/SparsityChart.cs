using System.Globalization;

namespace Espalier.Reports.Rendering;

/// <summary>Sparsity of each layer: one strip per kind, one bar per block, every strip from 0 to 100 %.</summary>
internal static class SparsityChart
{
    private const double Strip = 40;
    private const double Gap = 20;
    private const double Top = 22;

    public static void Draw(Markup page, LayerGroups layers)
    {
        // Room for the names, at about 7.2 units a letter, and the ticks.
        var left = 64 + (layers.Groups.Max(group => group.Label.Length) * 7.2);
        var height = Top + (layers.Groups.Count * (Strip + Gap)) + 34;
        var right = SvgChart.Width - 96;
        using var svg = SvgChart.Begin(page, SvgChart.Width, height - Gap + 12, "Sparsity of each layer, by kind and block");
        var x = new Axis(-0.5, layers.Last + 0.5, left, right);
        SvgChart.Text(page, right + 12, 12, "sparsity", kind: "title");
        var y = Top;
        foreach (var group in layers.Groups)
        {
            Row(page, group, x, y);
            y += Strip + Gap;
        }
        SvgChart.Bottom(page, x, y - Gap + 4, layers.AxisTitle, whole: true, tick => tick.ToString("0", CultureInfo.InvariantCulture));
    }

    private static void Row(Markup page, LayerGroup group, Axis x, double top)
    {
        var bottom = top + Strip;
        foreach (var share in new[] { 0, 0.5, 1 })
        {
            var at = bottom - (share * Strip);
            SvgChart.Line(page, x.Start, at, x.End, at, "grid");
            if (share != 0.5) SvgChart.Text(page, x.Start - 6, at + 4, share == 0 ? "0" : "100 %", "end", "tick");
        }
        SvgChart.Text(page, x.Start - 48, top + (Strip / 2) + 4, group.Label, "end");
        SvgChart.Text(page, x.End + 12, top + (Strip / 2) + 4, Quantity.Percent(group.Sparsity), kind: "label number");
        // Layers of one kind and block, such as experts, share the place of the block.
        foreach (var block in group.Layers.GroupBy(item => item.Position))
        {
            var members = block.ToList();
            var width = x[1] - x[0];
            var each = width * 0.8 / members.Count;
            for (var i = 0; i < members.Count; i++)
            {
                var (layer, position) = members[i];
                var tall = layer.Sparsity * Strip;
                using var bar = page.Element("rect",
                    ("x", x[position] - (width * 0.4) + (i * each)), ("y", bottom - tall), ("width", Math.Max(each, 0.3)), ("height", tall), ("class", "bar"));
                page.Leaf("title", $"{layer.Name}: {Quantity.Percent(layer.Sparsity)}");
            }
        }
    }
}
