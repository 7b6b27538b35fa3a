using Espalier.Recipes;
using Espalier.Reports;
using Espalier.Reports.Rendering;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Espalier.Core.Tests.Reports;

public sealed class MarkdownModelCardTests
{
    private static (YamlMappingNode Front, string[] Lines) Card(PruneReport report)
    {
        var text = MarkdownModelCard.Render(report);
        Assert.StartsWith("---\n", text, StringComparison.Ordinal);
        var end = text.IndexOf("\n---\n", StringComparison.Ordinal);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text[4..end]));
        return ((YamlMappingNode)yaml.Documents[0].RootNode, text[(end + 5)..].Split('\n'));
    }

    private static string Block(string[] lines, string language)
    {
        var start = Array.FindIndex(lines, line => line.EndsWith(language, StringComparison.Ordinal) && line.StartsWith("```", StringComparison.Ordinal));
        var fence = lines[start][..^language.Length];
        return string.Join('\n', lines.Skip(start + 1).TakeWhile(line => line != fence));
    }

    [Fact]
    public void The_front_matter_names_the_base_model_and_the_tags()
    {
        var (front, _) = Card(SampleReports.Masked());
        Assert.Equal("SmolLM-135M", (string?)front["base_model"]);
        Assert.Equal("transformers", (string?)front["library_name"]);
        Assert.Equal("text-generation", (string?)front["pipeline_tag"]);
        Assert.Equal(["pruned", "sparse", "espalier", "wanda"], ((YamlSequenceNode)front["tags"]).Select(tag => (string?)tag));
    }

    [Fact]
    public void The_sections_are_there_in_order_and_the_verdict_leads()
    {
        var report = SampleReports.Masked();
        var (_, lines) = Card(report);
        Assert.Equal(["What was done", "Before and after", "How to open it", "Limitations", "Protocol", "Reproduction"], lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]));
        Assert.Equal($"> {Verdict.Of(report)}", lines.First(line => line.StartsWith("> ", StringComparison.Ordinal)).Replace("\\", "", StringComparison.Ordinal));
        Assert.Contains(new string('b', 64), string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_have_the_same_number_of_cells_in_each_row()
    {
        var report = SampleReports.Masked();
        var (_, lines) = Card(report with { Machine = "a | b | `c` <script>", LeftDense = ["x | y"] });
        var tables = lines.Where(line => line.StartsWith('|')).Select(line => line.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')).ToList();
        Assert.Equal(2 + 9, tables.Count(count => count == 5));
        Assert.All(tables, count => Assert.True(count is 5 or 3));
    }

    [Fact]
    public void The_recipe_in_the_card_is_a_recipe()
    {
        var report = SampleReports.Masked();
        report = report with { Recipe = report.Recipe with { Exclude = ["a```b", "*"] } };
        var (_, lines) = Card(report);
        var recipe = RecipeFile.Parse(Block(lines, "yaml"));
        Assert.Equal("SmolLM-135M", recipe.Model);
        Assert.Equal("c4-train.jsonl", recipe.Data);
        Assert.Equal(report.Recipe.Exclude, recipe.Exclude);
        Assert.Equal(report.Recipe.Sparsity, recipe.Sparsity);
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        const string attack = "x\n---\n# y <script>alert(1)</script> ![i](http://evil) | **b**";
        var report = SampleReports.Masked();
        var (front, lines) = Card(report with
        {
            Recipe = report.Recipe with { Model = attack, Method = "a: b\n- c" },
            MethodTitle = attack,
            Paper = "javascript:alert(1)",
            Verdict = attack,
            LeftDense = [attack],
        });
        Assert.IsType<YamlScalarNode>(front["base_model"]);
        Assert.Equal(4, ((YamlSequenceNode)front["tags"]).Children.Count);
        var outside = string.Join('\n', lines.TakeWhile(line => line != "## Reproduction"));
        Assert.DoesNotContain("<script", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("](http://evil)", outside.Replace("\\]", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:alert(1))", outside, StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("# ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/home/a/models/SmolLM-135M/", "SmolLM-135M")]
    [InlineData(@"C:\models\net.onnx", "net.onnx")]
    [InlineData("/home/a/.cache/huggingface/hub/models--HuggingFaceTB--SmolLM-135M/snapshots/0123abcd", "HuggingFaceTB/SmolLM-135M")]
    [InlineData("./", "model")]
    public void Models_are_named_without_their_folders(string path, string name) => Assert.Equal(name, ModelName.Of(path));

    [Theory]
    [InlineData("https://arxiv.org/abs/2306.11695", "https://arxiv.org/abs/2306.11695")]
    [InlineData("https://openreview.net/forum?id=a_(b)&x=<y>", "https://openreview.net/forum?id=a_%28b%29&x=%3Cy%3E")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("/etc/passwd", null)]
    public void Only_web_addresses_are_links(string text, string? target) => Assert.Equal(target, MarkdownText.Link(text));

    [Fact]
    public void An_onnx_model_is_opened_with_onnx_runtime()
    {
        var report = SampleReports.Masked();
        var (front, lines) = Card(report with
        {
            Recipe = report.Recipe with { Model = "net.onnx" },
            Architecture = "ONNX",
            PerplexityBefore = null,
            PerplexityAfter = null,
        });
        Assert.Equal("onnx", (string?)front["library_name"]);
        Assert.DoesNotContain(front.Children.Keys, key => (string?)key == "pipeline_tag");
        Assert.Contains("InferenceSession", Block(lines, "python"), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("- The quality after pruning was not measured", StringComparison.Ordinal));
    }
}
