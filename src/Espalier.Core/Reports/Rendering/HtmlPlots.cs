namespace Espalier.Reports.Rendering;

/// <summary>The plots of the HTML report with their headings and legends.</summary>
internal static class HtmlPlots
{
    // Beyond this the single histograms would make the page heavy; the table of layers is always complete.
    private const int MostSingleHistograms = 600;

    public static void All(Markup page, PruneReport report)
    {
        var layers = LayerGroups.Of(report.Layers);
        if (layers.Groups.Count == 0) return;
        page.Leaf("h2", "Sparsity of each layer");
        page.Leaf("p", "Fraction of the weights that the mask removes; at the right the mean of each kind of layer.", ("class", "soft"));
        using (page.Element("figure", ("class", "scroll"), ("id", "sparsity"))) SparsityChart.Draw(page, layers);
        Unplaced(page, layers);
        page.Line();
        page.Leaf("h2", "Error of each layer");
        if (ErrorChart.HasData(layers))
        {
            page.Leaf("p", "Change of a layer’s output over the calibration inputs relative to the output, ‖(W\u00A0−\u00A0W′)X‖\u00A0/\u00A0‖WX‖.", ("class", "soft"));
            using var figure = page.Element("figure", ("class", "scroll"), ("id", "error"));
            ErrorChart.Draw(page, layers);
        }
        else
        {
            page.Leaf("p", "Not measured: the method uses no calibration data.", ("class", "soft"));
        }
        page.Line();
        Histograms(page, report, layers);
        page.Line();
    }

    private static void Unplaced(Markup page, LayerGroups layers)
    {
        if (layers.Unplaced.Count == 0) return;
        var names = layers.Unplaced.Take(8).Select(layer => $"{layer.Name} ({Quantity.Percent(layer.Sparsity)})");
        var more = layers.Unplaced.Count > 8 ? $" and {layers.Unplaced.Count - 8} more" : "";
        page.Leaf("p", $"Outside the blocks and not drawn: {string.Join(", ", names)}{more}.", ("class", "soft"));
    }

    private static void Histograms(Markup page, PruneReport report, LayerGroups layers)
    {
        var groups = layers.Groups
            .Select(group => (group, histogram: Histogram.Of(group.Layers.Select(item => item.Layer))))
            .Where(item => item.histogram is not null)
            .ToList();
        if (groups.Count == 0) return;
        page.Leaf("h2", "Weights before and after");
        page.Leaf("p", "Share of all weights per bin, by kind of layer. Weights that are zero after the run are left out of the outline.", ("class", "soft"));
        using (page.Element("ul", ("class", "legend")))
        {
            Legend(page, "area", "before");
            Legend(page, "outline", "after, non-zero weights");
        }
        using (page.Element("div", ("class", "cells"), ("id", "histograms")))
        {
            foreach (var (group, histogram) in groups) HistogramChart.Draw(page, group.Kind, $"{Quantity.Percent(group.Zeros)} zero", histogram!, small: false);
        }
        if (report.Layers.Count > MostSingleHistograms)
        {
            var count = Quantity.Count(report.Layers.Count);
            page.Leaf("p", $"Histograms of single layers are left out, for there are {count} layers; report.json holds them.", ("class", "soft"));
            return;
        }
        using var details = page.Element("details");
        page.Leaf("summary", $"Each of the {Quantity.Count(report.Layers.Count)} layers");
        using var cells = page.Element("div", ("class", "cells dense"), ("id", "layer-histograms"));
        foreach (var layer in report.Layers)
        {
            if (Histogram.Of(layer) is not { } histogram) continue;
            HistogramChart.Draw(page, layer.Name, $"{Quantity.Percent((double)layer.Zeros / ((long)layer.Rows * layer.Columns))} zero", histogram, small: true);
            page.Line();
        }
    }

    private static void Legend(Markup page, string swatch, string text)
    {
        using var item = page.Element("li");
        page.Leaf("span", "", ("class", $"swatch {swatch}"));
        page.Text(text);
    }
}
