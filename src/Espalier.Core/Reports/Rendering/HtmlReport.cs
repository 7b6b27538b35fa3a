namespace Espalier.Reports.Rendering;

/// <summary>The report as one HTML page: no scripts, nothing loaded from elsewhere, readable in light and dark and on paper.</summary>
public static class HtmlReport
{
    /// <summary>Renders a report. The page is well-formed XML as well.</summary>
    /// <param name="report">The report.</param>
    public static string Render(PruneReport report)
    {
        var page = new Markup();
        using (page.Element("html", ("lang", "en")))
        {
            Head(page, report);
            page.Line();
            using var body = page.Element("body");
            using var main = page.Element("main");
            Top(page, report);
            HtmlTables.Comparison(page, report);
            HtmlPlots.All(page, report);
            Time(page, report);
            Notes(page, report);
            HtmlTables.Protocol(page, report);
            Recipe(page, report);
            HtmlTables.Layers(page, report);
        }
        page.Line();
        return page.ToString();
    }

    /// <summary>Title of the page, and of the model card.</summary>
    internal static string Title(PruneReport report) => $"{ModelName.Of(report.Recipe.Model)}, pruned with {report.MethodTitle}";

    /// <summary>The verdict that the report holds, or the one that follows from its numbers.</summary>
    internal static string VerdictOf(PruneReport report) => string.IsNullOrWhiteSpace(report.Verdict) ? Verdict.Of(report) : report.Verdict;

    private static void Head(Markup page, PruneReport report)
    {
        using var head = page.Element("head");
        page.Line();
        page.Void("meta", ("charset", "utf-8"));
        // Names in the report come from files of others: even if escaping failed, nothing could run or be loaded.
        page.Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'"));
        page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Void("meta", ("name", "generator"), ("content", $"Espalier {report.EspalierVersion}"));
        page.Leaf("title", Title(report));
        page.Style(HtmlStyle.Css);
    }

    private static void Top(Markup page, PruneReport report)
    {
        page.Leaf("h1", Title(report));
        var recipe = report.Recipe;
        var parts = new[]
        {
            recipe.Pattern == "unstructured" ? null : $"pattern {recipe.Pattern}",
            $"{Quantity.Percent(report.Sparsity)} sparsity in {Quantity.Count(report.Layers.Count)} layers",
            $"{report.Finished.UtcDateTime:yyyy-MM-dd}",
            $"Espalier {report.EspalierVersion}",
        };
        page.Leaf("p", string.Join(" · ", parts.Where(part => part is not null)), ("class", "sub"));
        page.Leaf("p", VerdictOf(report), ("class", "verdict"), ("id", "verdict"));
        page.Line();
    }

    private static void Time(Markup page, PruneReport report)
    {
        page.Leaf("h2", "Time and memory");
        page.Leaf("p", $"The run took {Quantity.Seconds(report.Time.Total)} of wall clock and at most {Quantity.Bytes(report.PeakMemoryBytes)} of memory"
            + $"{(report.Resumed ? "; it was interrupted and resumed" : "")}.");
        using (page.Element("figure", ("id", "time"))) TimeBar.Draw(page, report.Time);
        page.Line();
    }

    private static void Notes(Markup page, PruneReport report)
    {
        var remarks = report.Layers.Where(layer => layer.Remarks.Count > 0).SelectMany(layer => layer.Remarks.Select(remark => (layer.Name, remark))).ToList();
        page.Leaf("h2", "Remarks");
        if (remarks.Count == 0) page.Leaf("p", "The solver had nothing to remark.", ("class", "soft"));
        else List(page, "remarks", remarks.GroupBy(item => item.remark).Select(group => $"{group.Key}: {string.Join(", ", group.Select(item => item.Name))}"));
        page.Leaf("h2", "Layers left dense");
        if (report.LeftDense.Count == 0) page.Leaf("p", "None: every prunable layer was pruned.", ("class", "soft"));
        else List(page, "left-dense", report.LeftDense);
        page.Line();
    }

    private static void List(Markup page, string id, IEnumerable<string> items)
    {
        using var list = page.Element("ul", ("class", "notes"), ("id", id));
        foreach (var item in items) page.Leaf("li", item);
    }

    private static void Recipe(Markup page, PruneReport report)
    {
        page.Leaf("h2", "Recipe");
        page.Leaf("p", "The same recipe on the same machine gives the same bits. Paths are reduced to names; report.json holds them in full.", ("class", "soft"));
        page.Leaf("pre", ProtocolRows.Recipe(report), ("id", "recipe"));
        page.Line();
    }
}
