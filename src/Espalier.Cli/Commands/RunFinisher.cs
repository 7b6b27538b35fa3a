using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Onnx;
using Espalier.Reports;
using Espalier.Reports.Rendering;
using Espalier.Torch;

namespace Espalier.Cli.Commands;

/// <summary>What happens between the pruned weights and the finished folder: verification, perplexity, latency, ONNX, verdict, report.</summary>
internal sealed class RunFinisher(PruneRequest request, Consoles consoles, CancellationToken cancellation)
{
    /// <summary>Completes the report and adds files to the assembled folder.</summary>
    public PruneReport Finish(string folder, PruneReport report)
    {
        Verify(folder);
        if (request.Eval is { } eval)
        {
            var device = TorchDevice.Parse(request.Recipe.Device);
            PerplexityReport Measure(string path, string label)
            {
                using var model = Model.Open(path);
                return eval.Measure(model, device, consoles, label, cancellation);
            }
            report = report with { PerplexityBefore = Measure(request.Recipe.Model, "perplexity before"), PerplexityAfter = Measure(folder, "perplexity after") };
        }
        if (request.Onnx)
        {
            using var model = Model.Open(folder);
            OnnxWriter.Write(model.BuildGraph(GraphForm.Cached), Path.Combine(folder, "model.onnx"));
        }
        if (request.Bench)
        {
            var latencies = BenchCommand.Measure([request.Recipe.Model, folder], new LatencyOptions { Threads = request.Recipe.Threads ?? Environment.ProcessorCount }, consoles, cancellation);
            report = report with { Latencies = [.. latencies.Select(latency => latency.Model == folder ? latency with { Model = request.Output } : latency)] };
        }
        report = report with { Verdict = Verdict.Of(report) };
        File.WriteAllText(Path.Combine(folder, "report.html"), HtmlReport.Render(report));
        File.WriteAllText(Path.Combine(folder, "README.md"), MarkdownModelCard.Render(report));
        return report;
    }

    /// <summary>A run whose own output does not hold what it claims must not be published.</summary>
    private void Verify(string folder)
    {
        var pattern = Sparsity.SparsityPattern.Parse(request.Recipe.Pattern);
        var result = ModelVerifier.Verify(folder, pattern.Kind == Sparsity.PatternKind.NOfM ? pattern : null, cancellation);
        if (result.Checks.FirstOrDefault(check => !check.Ok) is { } failed)
            throw new EspalierException($"the written model fails its own check '{failed.Check}': {failed.Detail}", folder, "This is a fault of Espalier; please report it");
    }
}
