using System.CommandLine;
using System.Globalization;
using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;
using Espalier.Reports;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier bench MODEL [--against DENSE]</c>: measured latency and memory, per runtime.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var model = CommonOptions.Model();
        var against = new Option<string?>("--against") { HelpName = "MODEL", Description = "the dense model, timed in turns with MODEL" };
        var tokens = new Option<int>("--tokens") { HelpName = "N", Description = "tokens of the prompt (prefill) and of the filled cache (decode)", DefaultValueFactory = _ => 128 };
        var runs = new Option<int>("--runs") { HelpName = "N", Description = "runs counted", DefaultValueFactory = _ => 15 };
        var warmUp = new Option<int>("--warm-up") { HelpName = "N", Description = "runs before, not counted", DefaultValueFactory = _ => 3 };
        var threads = CommonOptions.Threads();
        var size = CommonOptions.Size();
        var json = CommonOptions.Json();
        return new Command("bench", "measure latency and memory in ONNX Runtime and here, prefill and decode apart") { model, against, tokens, size, runs, warmUp, threads, json }
            .Does(consoles, (parsed, cancellation) =>
            {
                var options = new LatencyOptions
                {
                    PrefillTokens = parsed.GetValue(tokens),
                    DecodeTokens = parsed.GetValue(tokens),
                    Runs = parsed.GetValue(runs),
                    WarmUp = parsed.GetValue(warmUp),
                    Threads = parsed.GetValue(threads) ?? Environment.ProcessorCount,
                };
                options.Validate();
                string[] paths = parsed.GetValue(against) is { } dense ? [dense, parsed.GetValue(model)!] : [parsed.GetValue(model)!];
                if (paths.Length == 2 && OnnxFile.Is(paths[0]) != OnnxFile.Is(paths[1])) throw new UsageException("an ONNX file cannot be timed against a model's folder", "--against", "Name two models of one kind");
                var reports = OnnxFile.Is(paths[0]) ? OnnxBenchmark.Run(paths, OnnxFile.Sizes(parsed.GetValue(size)), options.Runs, options.WarmUp, options.Threads, cancellation) : Measure(paths, options, consoles, cancellation);
                var comparison = paths.Length == 2 ? LatencyComparison.Of(reports, paths[0]).Select(Sentence).ToArray() : null;
                if (parsed.GetValue(json)) consoles.Json(new { Measurements = reports, Comparison = comparison });
                else Print(consoles, reports, comparison);
                return ExitCode.Success;
            });
    }

    /// <summary>Times models in turns, in every runtime.</summary>
    public static IReadOnlyList<LatencyReport> Measure(IReadOnlyList<string> paths, LatencyOptions options, Consoles consoles, CancellationToken cancellation)
    {
        var opened = new List<Model>();
        try
        {
            foreach (var path in paths) opened.Add(Model.Open(path));
            var models = opened.Select(model => new BenchmarkModel(model.Path, model.BuildGraph(GraphForm.Cached))).ToArray();
            var reports = new List<LatencyReport>();
            foreach (var runtime in Enum.GetValues<BenchmarkRuntime>())
            {
                consoles.Note($"timing in {runtime}");
                reports.AddRange(LatencyBenchmark.Run(models, runtime, options, cancellation: cancellation));
            }
            return reports;
        }
        finally
        {
            opened.ForEach(model => model.Dispose());
        }
    }

    /// <summary>The ratio, and whether it is beyond the spread.</summary>
    private static string Sentence(LatencyComparison pair)
    {
        var outcome = pair.Outcome switch { LatencyOutcome.Faster => "faster", LatencyOutcome.Slower => "slower", _ => "no difference beyond the spread" };
        return string.Create(CultureInfo.InvariantCulture, $"{pair.Any.Runtime}, {pair.Any.Phase}: {pair.Speedup:F2}x ({outcome})");
    }

    private static void Print(Consoles consoles, IReadOnlyList<LatencyReport> reports, IReadOnlyList<string>? comparison)
    {
        string N(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        var table = new Table().Border(TableBorder.Minimal).AddColumns("runtime", "phase", "model", "median ms", "quartiles ms", "resident MB");
        foreach (var report in reports)
        {
            table.AddRow(Markup.Escape(report.Runtime), $"{report.Phase} {report.Tokens}", Markup.Escape(report.Model), N(report.MedianMilliseconds, "F2"),
                $"{N(report.LowerQuartile, "F2")} - {N(report.UpperQuartile, "F2")}", N(report.ResidentBytes / 1e6, "F0"));
        }
        consoles.Output.Write(table);
        foreach (var sentence in comparison ?? []) consoles.Line(sentence);
    }
}
