using System.Globalization;
using System.Xml.Linq;
using Espalier.Reports;
using Espalier.Reports.Rendering;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class HtmlReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static XElement Page(PruneReport report) => XDocument.Parse(HtmlReport.Render(report)).Root!;

    private static XElement ById(XElement page, string id) => page.Descendants().Single(element => (string?)element.Attribute("id") == id);

    [Fact]
    public void The_page_is_well_formed_and_stands_alone()
    {
        var page = Page(SampleReports.Masked());
        Assert.Equal("html", page.Name.LocalName);
        string[] active = ["script", "link", "img", "iframe", "object", "embed", "image", "use", "foreignObject"];
        Assert.DoesNotContain(page.Descendants(), element => active.Contains(element.Name.LocalName));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name == "src");
        Assert.Equal(["https://arxiv.org/abs/2306.11695"], page.Descendants().Attributes("href").Select(a => a.Value));
        Assert.DoesNotContain("url(", HtmlReport.Render(SampleReports.Masked()), StringComparison.Ordinal);
        Assert.Equal(page.Descendants().Attributes("id").Count(), page.Descendants().Attributes("id").Select(a => a.Value).Distinct().Count());
    }

    [Fact]
    public void The_verdict_stands_at_the_top_and_follows_from_the_numbers_where_none_was_stored()
    {
        var report = SampleReports.Masked();
        Assert.Equal(Verdict.Of(report), ById(Page(report), "verdict").Value);
        Assert.Equal("Stored.", ById(Page(report with { Verdict = "Stored." }), "verdict").Value);
    }

    [Fact]
    public void The_table_before_and_after_holds_every_measure_in_order()
    {
        var rows = ById(Page(SampleReports.Masked()), "comparison").Element("tbody")!.Elements("tr")
            .Select(row => string.Join(" | ", row.Element("th")!.Nodes().OfType<XText>().First().Value, string.Join(" | ", row.Elements("td").Select(cell => string.Join(", ", cell.DescendantNodes().OfType<XText>().Select(t => t.Value))))));
        Assert.Equal(
        [
            "Perplexity | 16.95 | 21.30 | 1.26x",
            "Parameters | 134,515,008 | 134,515,008 | same",
            "Non-zero parameters | 134,515,001 | 81,428,544 | −39.5 %",
            "Multiply-accumulates | 276 G | 276 G | same",
            "Weights on disk | 269 MB | 269 MB | same",
            "Latency, prefill | 101.3 ms, 100.4 to 102.2 | 100.6 ms, 99.8 to 101.4 | 1.01x, within the spread",
            "Memory, prefill | 612 MB | 612 MB | same",
            "Latency, decode | 12.3 ms, 12.1 to 12.5 | 12.4 ms, 12.1 to 12.6 | 0.99x, within the spread",
            "Memory, decode | 612 MB | 612 MB | same",
        ], rows);
    }

    [Fact]
    public void Every_layer_is_in_the_table_and_in_each_plot()
    {
        var report = SampleReports.Masked();
        var names = report.Layers.Select(layer => layer.Name).ToList();
        var page = Page(report);
        Assert.Equal(names, ById(page, "layers").Element("tbody")!.Elements("tr").Select(row => row.Element("th")!.Value));
        Assert.Equal(names.Order(), ById(page, "sparsity").Descendants(Svg + "rect").Select(bar => bar.Value.Split(": ")[0]).Order());
        Assert.Equal(names.Order(), ById(page, "error").Descendants(Svg + "circle").Select(dot => dot.Value.Split(", block")[0]).Order());
        Assert.Equal(names, ById(page, "layer-histograms").Elements("div").Select(cell => cell.Descendants("strong").Single().Value));
        Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], ById(page, "histograms").Elements("div").Select(cell => cell.Descendants("strong").Single().Value));
    }

    [Fact]
    public void Bars_are_as_high_as_the_layers_are_sparse_and_points_rise_with_the_error()
    {
        var report = SampleReports.Masked();
        var page = Page(report);
        var heights = ById(page, "sparsity").Descendants(Svg + "rect").ToDictionary(bar => bar.Value.Split(": ")[0], bar => Number(bar, "height"));
        foreach (var layer in report.Layers) Assert.Equal(layer.Sparsity * 40, heights[layer.Name], 0.051);
        // The place of a point is a straight line through its error: solve it from two points and predict the others.
        var points = ById(page, "error").Descendants(Svg + "circle").ToDictionary(dot => dot.Value.Split(", block")[0], dot => Number(dot, "cy"));
        var (low, high) = (report.Layers.MinBy(layer => layer.RelativeError)!, report.Layers.MaxBy(layer => layer.RelativeError)!);
        var slope = (points[high.Name] - points[low.Name]) / (high.RelativeError!.Value - low.RelativeError!.Value);
        Assert.True(slope < 0);
        foreach (var layer in report.Layers) Assert.Equal(points[low.Name] + (slope * (layer.RelativeError!.Value - low.RelativeError.Value)), points[layer.Name], 0.2);
    }

    [Fact]
    public void Nothing_is_drawn_outside_its_plot_and_labels_of_lines_do_not_overlap()
    {
        var page = Page(SampleReports.Masked());
        foreach (var svg in page.Descendants(Svg + "svg"))
        {
            var box = svg.Attribute("viewBox")!.Value.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            foreach (var text in svg.Elements(Svg + "text").Where(text => text.Attribute("transform") is null))
            {
                // A letter is at most about 7.5 units wide in this size.
                var wide = text.Value.Length * 7.5;
                var x = Number(text, "x");
                var left = (string?)text.Attribute("text-anchor") switch { "end" => x - wide, "middle" => x - (wide / 2), _ => x };
                Assert.InRange(left, -8, box[2]);
                Assert.InRange(left + wide, 0, box[2] + 8);
                Assert.InRange(Number(text, "y"), 0, box[3]);
            }
        }
        var places = ById(page, "error").Descendants(Svg + "text").Where(text => (string?)text.Attribute("class") == "label").Select(text => Number(text, "y")).Order().ToList();
        Assert.Equal(7, places.Count);
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 15.9));
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        const string attack = "</style></title>\"'><script>alert(1)</script>&amp;\u0000\u001B\uD800";
        var report = SampleReports.Masked();
        report = report with
        {
            Recipe = report.Recipe with { Model = attack, Method = attack, Device = attack, Exclude = [attack], Options = new Dictionary<string, string> { [attack] = attack } },
            MethodTitle = attack,
            Paper = "javascript:alert(1)",
            Architecture = attack,
            Machine = attack,
            EspalierVersion = attack,
            Verdict = attack,
            LeftDense = [attack],
            Layers = [.. report.Layers.Select((layer, i) => i % 7 == 0 ? layer with { Name = $"{attack}.{i}.{attack}", Parameter = attack, Remarks = [attack] } : layer)],
            Latencies = [SampleReports.Latency(attack, attack, 1, 1, 1, attack)],
            PerplexityAfter = SampleReports.Perplexity(3) with { Arithmetic = attack },
        };
        var page = Page(report);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName == "script");
        Assert.Empty(page.Descendants().Attributes("href"));
        Assert.Single(page.Descendants("style"));
        Assert.Equal("</style></title>\"'><script>alert(1)</script>&amp;\uFFFD\uFFFD\uFFFD", ById(page, "verdict").Value);
        Assert.Equal(report.Layers.Count, ById(page, "layers").Element("tbody")!.Elements("tr").Count());
    }

    [Fact]
    public void A_report_with_hardly_anything_renders()
    {
        var report = SampleReports.Masked() with
        {
            Layers = [],
            LeftDense = [],
            Latencies = [],
            Calibration = null,
            PerplexityBefore = null,
            PerplexityAfter = null,
            Time = new TimeSplit(0, 0, 0, 0),
        };
        var page = Page(report);
        Assert.DoesNotContain(page.Descendants().Attributes("id"), id => id.Value is "sparsity" or "error" or "histograms");
        Assert.Contains("No layer was pruned", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_without_data_has_no_error_plot_and_says_why()
    {
        var report = SampleReports.Masked();
        var page = Page(report with { Layers = [.. report.Layers.Select(layer => layer with { RelativeError = null })] });
        Assert.DoesNotContain(page.Descendants().Attributes("id"), id => id.Value == "error");
        Assert.Contains("Not measured: the method uses no calibration data.", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_paths_of_the_machine_do_not_travel()
    {
        var report = SampleReports.Masked();
        Assert.DoesNotContain("/home/someone", HtmlReport.Render(report), StringComparison.Ordinal);
        Assert.DoesNotContain("/home/someone", MarkdownModelCard.Render(report), StringComparison.Ordinal);
    }

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
