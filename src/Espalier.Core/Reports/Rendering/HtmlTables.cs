namespace Espalier.Reports.Rendering;

/// <summary>The tables of the HTML report.</summary>
internal static class HtmlTables
{
    public static void Comparison(Markup page, PruneReport report)
    {
        page.Leaf("h2", "Before and after");
        using var scroll = page.Element("div", ("class", "scroll"));
        using var table = page.Element("table", ("id", "comparison"));
        Header(page, "", "Before", "After", "Change");
        using var body = page.Element("tbody");
        foreach (var row in ComparisonRow.Of(report))
        {
            using var line = page.Element("tr");
            using (page.Element("th", ("scope", "row")))
            {
                page.Text(row.Name);
                if (row.Detail.Length > 0) page.Leaf("small", row.Detail);
            }
            Value(page, row.Before);
            Value(page, row.After);
            page.Leaf("td", row.Change, ("class", "n"));
            page.Line();
        }
    }

    public static void Protocol(Markup page, PruneReport report)
    {
        page.Leaf("h2", "Protocol");
        using var table = page.Element("table", ("class", "facts"), ("id", "protocol"));
        using var body = page.Element("tbody");
        foreach (var (name, value) in ProtocolRows.Of(report))
        {
            using var line = page.Element("tr");
            page.Leaf("th", name, ("scope", "row"));
            using (page.Element("td", ("class", name.EndsWith("SHA-256", StringComparison.Ordinal) ? "hash" : null)))
            {
                // Only web addresses become links: a report may come from anywhere.
                var link = name == "Paper" && Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "https" or "http";
                if (link) page.Leaf("a", value, ("href", value), ("rel", "noreferrer"));
                else page.Text(value);
            }
            page.Line();
        }
    }

    public static void Layers(Markup page, PruneReport report)
    {
        page.Leaf("h2", "All layers");
        if (report.Layers.Count == 0)
        {
            page.Leaf("p", "No layer was pruned.", ("class", "soft"));
            return;
        }
        using var details = page.Element("details");
        page.Leaf("summary", $"Table of {Quantity.Count(report.Layers.Count)} layers");
        using var scroll = page.Element("div", ("class", "scroll"));
        using var table = page.Element("table", ("class", "layers"), ("id", "layers"));
        Header(page, "Layer", "Rows × columns", "Sparsity", "Zeros", "Relative error", "Solve, CPU s");
        using var body = page.Element("tbody");
        foreach (var layer in report.Layers)
        {
            using var line = page.Element("tr");
            page.Leaf("th", layer.Name, ("scope", "row"), ("title", layer.Parameter));
            page.Leaf("td", $"{layer.Rows} × {layer.Columns}", ("class", "n"));
            page.Leaf("td", Quantity.Percent(layer.Sparsity), ("class", "n"));
            page.Leaf("td", Quantity.Count(layer.Zeros), ("class", "n"));
            page.Leaf("td", layer.RelativeError is { } error ? Quantity.Short(error) : "–", ("class", "n"));
            page.Leaf("td", FormattableString.Invariant($"{layer.SolveSeconds:0.00}"), ("class", "n"));
            page.Line();
        }
    }

    private static void Header(Markup page, params ReadOnlySpan<string> names)
    {
        using var head = page.Element("thead");
        using var line = page.Element("tr");
        for (var i = 0; i < names.Length; i++) page.Leaf("th", names[i], ("scope", "col"), ("class", i == 0 ? null : "n"));
    }

    // Quartiles stand below the median, or the table would be too wide for a page.
    private static void Value(Markup page, string value)
    {
        using var cell = page.Element("td", ("class", "n"));
        var at = value.IndexOf(" (", StringComparison.Ordinal);
        page.Text(at < 0 ? value : value[..at]);
        if (at >= 0) page.Leaf("small", value[(at + 2)..^1]);
    }
}
