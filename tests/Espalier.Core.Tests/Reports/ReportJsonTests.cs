using System.Text.Json.Nodes;
using CsCheck;
using Espalier.Reports;
using Xunit;

namespace Espalier.Core.Tests.Reports;

public sealed class ReportJsonTests
{
    [Fact]
    public void A_report_comes_back_exactly()
    {
        var report = SampleReports.Masked() with { Verdict = "It is <fine> & \"quoted\" \u2028.", Resumed = true };
        report = report with { PerplexityAfter = SampleReports.Perplexity(double.PositiveInfinity) };
        var text = ReportJson.Format(report);
        var read = ReportJson.Parse(text);
        Assert.Equivalent(report, read, strict: true);
        Assert.Equal(BitConverter.DoubleToInt64Bits(report.PerplexityBefore!.Perplexity), BitConverter.DoubleToInt64Bits(read.PerplexityBefore!.Perplexity));
        Assert.Equal(report.PerplexityBefore.WindowLosses, read.PerplexityBefore.WindowLosses);
        Assert.Equal(report.Layers.Select(layer => layer.HistogramLimit), read.Layers.Select(layer => layer.HistogramLimit));
        Assert.Equal(report.Finished, read.Finished);
        Assert.Equal(text, ReportJson.Format(read));
    }

    [Fact]
    public void A_report_without_the_optional_parts_comes_back_exactly()
    {
        var report = SampleReports.Masked() with { Calibration = null, PerplexityBefore = null, PerplexityAfter = null, Latencies = [], LeftDense = [] };
        Assert.Equivalent(report, ReportJson.Parse(ReportJson.Format(report)), strict: true);
    }

    [Fact]
    public void Keys_are_camel_case_and_derived_values_are_left_out()
    {
        var json = JsonNode.Parse(ReportJson.Format(SampleReports.Masked()))!.AsObject();
        Assert.Equal("0.1.0", (string?)json["espalierVersion"]);
        Assert.Equal("0.01", (string?)json["recipe"]!["options"]!["damping"]);
        Assert.False(json.ContainsKey("sparsity"));
        Assert.False(json["time"]!.AsObject().ContainsKey("total"));
        Assert.Equal(SampleReports.Blocks * 7, json["layers"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("", "colour")]
    [InlineData("recipe", "sparsty")]
    [InlineData("time", "waiting")]
    [InlineData("before", "flops")]
    [InlineData("perplexityAfter", "stddev")]
    [InlineData("calibration", "url")]
    public void Unknown_keys_are_refused_at_every_level(string parent, string key)
    {
        var json = JsonNode.Parse(ReportJson.Format(SampleReports.Masked()))!.AsObject();
        (parent.Length == 0 ? json : json[parent]!.AsObject())[key] = 1;
        var error = Assert.Throws<InvalidFileException>(() => ReportJson.Parse(json.ToJsonString(), "r.json"));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("r.json, line ", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "\"rows\": 576", "\"rows\": -576" },
        { "\"rows\": 576", "\"rows\": 1e99" },
        { "\"rows\": 576", "\"rows\": null" },
        { "\"rows\": 576", "\"rows\": 576, \"rows\": 576" },
        { "\"zerosBefore\": 0", "\"zerosBefore\": 99999999999" },
        { "\"format\": 1", "\"format\": 2" },
        { "\"model\": ", "\"modell\": " },
        { "\"forward\": 181.25", "\"forward\": -1" },
        { "\"forward\": 181.25", "\"forward\": \"NaN\"" },
        { "\"machine\": ", "\"machine\": null, \"ma\": " },
        { "\"remarks\": []", "\"remarks\": [null]" },
        { "\"nonZero\": 134515001", "\"nonZero\": 134515009" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Values_that_make_no_sense_are_refused(string good, string bad)
    {
        var text = ReportJson.Format(SampleReports.Masked());
        var at = text.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the sample holds no {good}");
        Assert.Throws<InvalidFileException>(() => ReportJson.Parse(text[..at] + bad + text[(at + good.Length)..]));
    }

    [Fact]
    public void Damaged_texts_give_an_invalid_file_or_a_report_and_nothing_else()
    {
        var text = ReportJson.Format(SampleReports.Masked() with { Layers = [SampleReports.Masked().Layers[0]] });
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 12], Gen.Char["{}[]\",:-0e1nulltrue\u0000\uD800 "].Array[0, 4]).Sample((at, remove, insert) =>
        {
            var damaged = text[..at] + new string(insert) + text[Math.Min(text.Length, at + remove)..];
            try
            {
                var report = ReportJson.Parse(damaged);
                _ = Espalier.Reports.Rendering.HtmlReport.Render(report);
                _ = Espalier.Reports.Rendering.MarkdownModelCard.Render(report);
            }
            catch (InvalidFileException)
            {
                // Refused, as it should be.
            }
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void Files_are_written_whole_and_missing_ones_are_named()
    {
        using var folder = new Formats.TempFolder();
        var path = folder.File("report.json");
        ReportJson.Write(SampleReports.Masked(), path);
        Assert.Equivalent(SampleReports.Masked(), ReportJson.Read(path), strict: true);
        Assert.Single(Directory.GetFiles(folder.Path));
        var error = Assert.Throws<UsageException>(() => ReportJson.Read(folder.File("other.json")));
        Assert.Contains("other.json", error.Message, StringComparison.Ordinal);
    }
}
