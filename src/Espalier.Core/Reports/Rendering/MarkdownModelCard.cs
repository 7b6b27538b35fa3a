using System.Text;
using Espalier.Recipes;

namespace Espalier.Reports.Rendering;

/// <summary>The model card: <c>README.md</c> of the written model, with the front matter that the Hugging Face hub reads.</summary>
public static class MarkdownModelCard
{
    /// <summary>Renders the card of a report.</summary>
    /// <param name="report">The report.</param>
    public static string Render(PruneReport report)
    {
        var text = new StringBuilder();
        FrontMatter(text, report);
        text.Append($"# {MarkdownText.Escape(HtmlReport.Title(report))}\n\n");
        text.Append($"> {MarkdownText.Escape(HtmlReport.VerdictOf(report))}\n\n");
        WhatWasDone(text, report);
        Comparison(text, report);
        HowToOpen(text, report);
        Limitations(text, report);
        Protocol(text, report);
        text.Append("## Reproduction\n\nSave the recipe as `recipe.yaml`, with `model` and `data` as paths on your machine, and run\n\n");
        text.Append(MarkdownText.Block("sh", "espalier prune --recipe recipe.yaml -o OUT"));
        text.Append('\n').Append(MarkdownText.Block("yaml", ProtocolRows.Recipe(report)));
        return text.ToString();
    }

    private static bool IsOnnx(PruneReport report) => report.Recipe.Model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    private static bool IsLanguageModel(PruneReport report) => (report.PerplexityAfter ?? report.PerplexityBefore) is not null
        || report.Architecture.EndsWith("ForCausalLM", StringComparison.Ordinal);

    private static void FrontMatter(StringBuilder text, PruneReport report)
    {
        var tags = new List<string> { "pruned", "sparse", "espalier", report.Recipe.Method };
        if (report.Recipe.Pattern != "unstructured") tags.Add(report.Recipe.Pattern);
        text.Append("---\n");
        text.Append($"base_model: {RecipeYamlWriter.Text(ModelName.Of(report.Recipe.Model))}\n");
        text.Append($"library_name: {(IsOnnx(report) ? "onnx" : "transformers")}\n");
        if (IsLanguageModel(report)) text.Append("pipeline_tag: text-generation\n");
        text.Append("tags:\n");
        foreach (var tag in tags.Distinct()) text.Append($"  - {RecipeYamlWriter.Text(tag)}\n");
        text.Append("---\n\n");
    }

    private static void WhatWasDone(StringBuilder text, PruneReport report)
    {
        var recipe = report.Recipe;
        text.Append("## What was done\n\n");
        text.Append($"{Quantity.Count(report.Layers.Count)} layers of {MarkdownText.Code(ModelName.Of(recipe.Model))} were pruned with ");
        var title = MarkdownText.Escape(report.MethodTitle);
        text.Append(MarkdownText.Link(report.Paper) is { } link ? $"[{title}]({link})" : title);
        text.Append($" to {Quantity.Percent(report.Sparsity)} sparsity ({MarkdownText.Escape(recipe.Pattern)}");
        text.Append(recipe.Scope is { } scope ? $", weights compared per {MarkdownText.Escape(scope)})" : ")");
        text.Append(report.Calibration is { } data
            ? $", calibrated on {Quantity.Count(report.CalibrationSamples)} samples of {Quantity.Count(report.CalibrationLength)} tokens from {MarkdownText.Code(data.File)}.\n\n"
            : ", without calibration data.\n\n");
    }

    private static void Comparison(StringBuilder text, PruneReport report)
    {
        text.Append("## Before and after\n\n| | Before | After | Change |\n|---|---:|---:|---:|\n");
        foreach (var row in ComparisonRow.Of(report))
        {
            var name = row.Detail.Length == 0 ? row.Name : $"{row.Name} ({row.Detail})";
            text.Append($"| {MarkdownText.Escape(name)} | {MarkdownText.Escape(row.Before)} | {MarkdownText.Escape(row.After)} | {MarkdownText.Escape(row.Change)} |\n");
        }
        text.Append('\n');
    }

    private static void HowToOpen(StringBuilder text, PruneReport report)
    {
        text.Append("## How to open it\n\n");
        if (IsOnnx(report))
        {
            text.Append("The model is an ordinary ONNX file; removed weights are stored as zeros.\n\n");
            text.Append(MarkdownText.Block("python", "import onnxruntime\n\nsession = onnxruntime.InferenceSession(\"MODEL.onnx\")"));
        }
        else if (IsLanguageModel(report))
        {
            text.Append("The files are those of an ordinary checkpoint; removed weights are stored as zeros.\n\n");
            text.Append(MarkdownText.Block("python", "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
                + "model = AutoModelForCausalLM.from_pretrained(\"PATH\")\ntokenizer = AutoTokenizer.from_pretrained(\"PATH\")"));
        }
        else
        {
            text.Append("The files are those of an ordinary checkpoint and open with whatever opens the base model; removed weights are stored as zeros.\n");
        }
        text.Append('\n');
    }

    private static void Limitations(StringBuilder text, PruneReport report)
    {
        text.Append("## Limitations\n\n");
        text.Append("- Zeros save time or memory only in a runtime that uses them; see the measurements above.\n");
        text.Append(report.PerplexityAfter is null
            ? "- The quality after pruning was not measured. Evaluate before use.\n"
            : "- Perplexity on one text was measured and nothing else: knowledge, reasoning, safety and rare languages may have suffered more than it shows.\n");
        text.Append("- Limitations, biases and the licence of the base model apply.\n");
        text.Append("- Fine-tuning without a mask fills the zeros again.\n");
        var remarks = report.Layers.SelectMany(layer => layer.Remarks.Select(remark => (layer.Name, remark))).GroupBy(item => item.remark, item => item.Name);
        foreach (var remark in remarks)
        {
            text.Append($"- {MarkdownText.Escape(remark.Key)}: {string.Join(", ", remark.Select(MarkdownText.Code))}\n");
        }
        foreach (var dense in report.LeftDense) text.Append($"- Left dense: {MarkdownText.Escape(dense)}\n");
        text.Append('\n');
    }

    private static void Protocol(StringBuilder text, PruneReport report)
    {
        text.Append("## Protocol\n\n| | |\n|---|---|\n");
        foreach (var (name, value) in ProtocolRows.Of(report))
        {
            var shown = name.EndsWith("SHA-256", StringComparison.Ordinal) ? MarkdownText.Code(value) : MarkdownText.Escape(value);
            text.Append($"| {MarkdownText.Escape(name)} | {shown} |\n");
        }
        text.Append('\n');
    }
}
