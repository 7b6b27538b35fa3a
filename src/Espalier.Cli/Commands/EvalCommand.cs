using System.CommandLine;
using System.Globalization;
using Espalier.Reports;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier eval MODEL --data FILE</c>: perplexity with its protocol.</summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var model = CommonOptions.Model();
        var data = new Option<string>("--data") { HelpName = "FILE", Description = "a text file, JSON lines, or safetensors of token ids", Required = true };
        var field = new Option<string?>("--data-field") { HelpName = "NAME", Description = "field of the JSON lines, or name of the tensor" };
        var window = EvalOptions.WindowOption("--window");
        var windows = EvalOptions.WindowsOption("--windows");
        var against = new Option<string?>("--against") { HelpName = "MODEL", Description = "a second model, usually the dense one, measured on the same tokens" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        return new Command("eval", "measure perplexity, with the protocol beside the number") { model, data, field, window, windows, against, device, threads, json }
            .Does(consoles, (parsed, cancellation) =>
            {
                var options = new EvalOptions(parsed.GetValue(data)!, parsed.GetValue(field), parsed.GetValue(window), parsed.GetValue(windows));
                var on = CommonOptions.Prepare(parsed.GetValue(device)!, parsed.GetValue(threads));
                PerplexityReport Measure(string path)
                {
                    using var opened = Model.Open(path);
                    return options.Measure(opened, on, consoles, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), cancellation);
                }
                var report = Measure(parsed.GetValue(model)!);
                var reference = parsed.GetValue(against) is { } other ? Measure(other) : null;
                if (parsed.GetValue(json)) consoles.Json(Result(parsed.GetValue(model)!, report, parsed.GetValue(against), reference));
                else Print(consoles, parsed.GetValue(model)!, report, parsed.GetValue(against), reference);
                return ExitCode.Success;
            });
    }

    private static object Result(string model, PerplexityReport report, string? against, PerplexityReport? reference) => new
    {
        Model = model,
        report.Perplexity,
        report.Windows,
        report.Tokens,
        Protocol = Protocol(report),
        report.MeanLoss,
        report.WindowLosses,
        Against = reference is null ? null : new { Model = against, reference.Perplexity, reference.MeanLoss, reference.WindowLosses, Ratio = report.Perplexity / reference.Perplexity },
    };

    private static object Protocol(PerplexityReport report) => new
    {
        report.Window,
        report.Stride,
        report.Windows,
        report.Tokens,
        report.Arithmetic,
        report.Data,
    };

    private static void Print(Consoles consoles, string model, PerplexityReport report, string? against, PerplexityReport? reference)
    {
        void Line(string name, PerplexityReport r) => consoles.Line(string.Create(CultureInfo.InvariantCulture, $"perplexity {r.Perplexity:F4}   {name}"));
        Line(model, report);
        if (reference is not null)
        {
            Line(against!, reference);
            consoles.Line(string.Create(CultureInfo.InvariantCulture, $"ratio      {report.Perplexity / reference.Perplexity:F4}"));
        }
        consoles.Line($"protocol: {report.Windows} windows of {report.Window} tokens, stride {report.Stride}, {report.Tokens} predicted tokens; {report.Arithmetic}");
        consoles.Line($"data: {report.Data.File} (sha256 {report.Data.Sha256[..16]}...), {report.Data.Preparation}; tokenizer {report.Data.Tokenizer}; tokens sha256 {report.Data.TokensSha256[..16]}...");
    }
}
