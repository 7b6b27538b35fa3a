using System.CommandLine;
using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Reports;
using TorchSharp;

namespace Espalier.Cli.Commands;

/// <summary>How perplexity is measured, for the commands that do.</summary>
internal sealed record EvalOptions(string Data, string? Field, int? Window, int? Windows)
{
    /// <summary>Tokens per window.</summary>
    public static Option<int?> WindowOption(string name) => new(name) { HelpName = "N", Description = "tokens per window; the row length of a token file, or 1024 but at most the context, if left out" };

    /// <summary>Windows to count.</summary>
    public static Option<int?> WindowsOption(string name) => new(name) { HelpName = "N", Description = "first windows to count; all if left out" };

    /// <summary>Measures a model.</summary>
    public PerplexityReport Measure(Model model, torch.Device device, Consoles consoles, string label, CancellationToken cancellation)
    {
        var text = EvaluationText.Open(DataRequest.For(model, Data, Field));
        var window = Window ?? (text.RowLength is null ? Math.Min(1024, model.ContextLength) : null);
        if (window > model.ContextLength)
            throw new UsageException($"windows of {window} tokens are longer than the model's context of {model.ContextLength}", "--window", $"Use at most {model.ContextLength}");
        var rows = text.Windows(window, Windows);
        using var evaluator = new PerplexityEvaluator(model.Graph, device);
        return ProgressView.Run(consoles, label, (report) =>
            evaluator.Evaluate(rows, new Relay<PerplexityProgress>(p => report((double)p.Done / p.Total, $"{label}: {p.Done} of {p.Total} windows")), cancellation));
    }
}
