using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Espalier.Evaluation;
using Espalier.Formats.Onnx;
using Espalier.Graphs;
using Espalier.Methods.Structure;
using Espalier.Reports;
using Espalier.Structure;
using Espalier.Tensors;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier prune model.onnx</c>: removes whole channels and heads, and writes a smaller file that ONNX Runtime runs.</summary>
internal static class StructureCommand
{
    private static readonly JsonSerializerOptions JsonStyle = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>What the command line adds to the request.</summary>
    internal sealed record Settings(string? Data, int? Samples, string Normalization, int Threads, bool DryRun, bool Bench, bool Json);

    /// <summary>Runs the request.</summary>
    public static int Run(Consoles consoles, StructureRequest request, Settings settings, CancellationToken cancellation)
    {
        if (Path.Exists(request.Output)) throw new UsageException("the output exists already", request.Output, "Choose another path, or delete it");
        var method = StructureRegistry.Find(request.Method);
        using var model = OnnxModel.Open(request.Model);
        var sizes = RandomInputs.Complete(model.Graph, request.Sizes);
        TorchSharpThreads(settings.Threads, settings.Data);
        using var inputs = settings.Data is { } data ? CalibrationData.Open(data, model.Graph, sizes, settings.Samples, settings.Normalization, request.Seed) : null;
        if (settings.DryRun)
        {
            var plan = StructurePruning.Plan(Coupling.CouplingMap.Of(model.Graph), method, request, sizes, inputs);
            if (settings.Json) consoles.Json(new { plan.Before, plan.After, Groups = plan.Removals.Select(removal => new { removal.Key.Name, Before = removal.Key.Size, Removed = removal.Value.Count }), Whole = plan.Whole.Select(whole => $"{whole.Group.Name}: {whole.Reason}") });
            else consoles.Line($"{Sizes(plan.Before, plan.After)}; dry run: nothing was repaired or written");
            return ExitCode.Success;
        }
        var result = ProgressView.Run(consoles, "pruning", show => StructurePruning.Run(model, request, sizes, inputs, new Relay<double>(done => show(done, "repairing consumers")), cancellation));
        var written = OnnxWriter.Write(result.Cut.Graph, request.Output, model.WriteOptions);
        var report = Report(request, method, settings, model, sizes, inputs, result, written, cancellation);
        var stem = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(request.Output))!, Path.GetFileNameWithoutExtension(request.Output));
        File.WriteAllText($"{stem}.report.json", JsonSerializer.Serialize(report, JsonStyle));
        File.WriteAllText($"{stem}.report.md", StructureMarkdown.Render(report));
        if (settings.Json) consoles.Json(report);
        else Print(consoles, report);
        return ExitCode.Success;
    }

    private static void TorchSharpThreads(int threads, string? data)
    {
        if (threads < 1) throw new UsageException($"{threads} threads cannot compute", "--threads", "Use at least 1");
        // Criteria over weights alone run where libtorch does not.
        if (data is not null) CommonOptions.Prepare("cpu", threads);
    }

    private static StructureReport Report(StructureRequest request, StructureMethod method, Settings settings, OnnxModel model, IReadOnlyDictionary<string, long> sizes, CalibrationInputs? inputs,
        StructureResult result, OnnxFiles written, CancellationToken cancellation)
    {
        var probe = inputs?.Probe ?? RandomInputs.Draw(model.Graph, sizes, request.Seed);
        var errors = Errors(request, probe);
        var latencies = settings.Bench ? OnnxBenchmark.Run([request.Model, request.Output], request.Sizes, 15, 3, settings.Threads, cancellation) : [];
        var removed = result.Plan.Removals;
        var after = new StructureSize(Weights(result.Cut.Graph), CostModel.Measure(result.Cut.Graph, sizes).Macs, result.Plan.After.Units);
        var report = new StructureReport
        {
            Model = request.Model,
            Output = request.Output,
            Method = method.Id,
            Target = request.Target,
            Options = request.Options,
            Data = inputs?.Description,
            Seed = request.Seed,
            Sizes = sizes,
            Before = new StructureSize(Weights(model.Graph), CostModel.Measure(model.Graph, sizes).Macs, result.Plan.Before.Units),
            After = after,
            BytesBefore = model.Files.Sum(file => new FileInfo(file).Length),
            BytesAfter = written.ModelBytes + written.DataBytes,
            Groups = [.. result.Map.Groups.Select(group => new GroupWidth(group.Name, group.Kind.ToString(), group.Size, group.Size - (removed.TryGetValue(group, out var units) ? units.Count : 0)))],
            LeftWhole = [.. result.Plan.Whole.Select(whole => $"{whole.Group.Name}: {whole.Reason}"), .. result.Map.Frozen.Select(frozen => $"{string.Join(", ", frozen.Members.Take(2))}: {frozen.Reason}")],
            Repairs = result.Repairs,
            OutputErrors = errors,
            Probe = inputs is null ? $"random inputs, seed {request.Seed}" : $"first batch of {inputs.Description}",
            Latencies = latencies,
            Kept = result.Cut.Kept,
        };
        return report with { Verdict = VerdictOf(report) };
    }

    /// <summary>Runs both files in ONNX Runtime: the written one must load and run, and its outputs are compared.</summary>
    private static Dictionary<string, double> Errors(StructureRequest request, IReadOnlyDictionary<string, TensorData> probe)
    {
        IReadOnlyDictionary<string, TensorData> Outputs(string path)
        {
            using var session = new OnnxSession(path, 1);
            using var run = session.Prepare(probe);
            return run.Floats();
        }
        var (dense, pruned) = (Outputs(request.Model), Outputs(request.Output));
        return dense.ToDictionary(output => output.Key, output =>
        {
            var (a, b) = (output.Value.ToSingles(), pruned[output.Key].ToSingles());
            var norm = Math.Sqrt(a.Sum(value => (double)value * value));
            return norm == 0 ? 0 : Math.Sqrt(a.Zip(b).Sum(pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second))) / norm;
        });
    }

    private static long Weights(Graph graph) => graph.Parameters.Values.Where(parameter => parameter.Role == ParameterRole.Weight).Sum(parameter => parameter.Shape.ElementCount);

    private static string Sizes(StructureSize before, StructureSize after) => string.Create(CultureInfo.InvariantCulture,
        $"parameters {before.Parameters:N0} -> {after.Parameters:N0} ({Change(before.Parameters, after.Parameters)}), MACs {before.Macs:N0} -> {after.Macs:N0} ({Change(before.Macs, after.Macs)})");

    private static string Change(long before, long after) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round((before == 0 ? 0 : (after / (double)before) - 1) * 100, 1) + 0.0:+0.0;-0.0;0.0} %");

    private static string VerdictOf(StructureReport report)
    {
        var speed = LatencyComparison.Of(report.Latencies, report.Model).Where(pair => pair is { Before: not null, After: not null }).Select(pair => pair.Outcome switch
        {
            LatencyOutcome.Faster => string.Create(CultureInfo.InvariantCulture, $"measured {pair.Speedup:F2}x as fast in {pair.Any.Runtime}"),
            LatencyOutcome.Slower => string.Create(CultureInfo.InvariantCulture, $"measured slower in {pair.Any.Runtime} ({pair.Speedup:F2}x)"),
            _ => $"no measurable change of speed in {pair.Any.Runtime}",
        }).FirstOrDefault() ?? "speed was not measured (--bench)";
        var worst = report.OutputErrors.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; outputs differ by up to {report.OutputErrors.Values.Max():P1} of their norm");
        return $"{Sizes(report.Before, report.After)}; {speed}{worst}.";
    }

    private static void Print(Consoles consoles, StructureReport report)
    {
        var table = new Table().Border(TableBorder.Minimal).AddColumns("group", "unit", "before", "after");
        foreach (var group in report.Groups.Where(group => group.After < group.Before)) table.AddRow(Markup.Escape(group.Name), group.Unit.ToLowerInvariant(), $"{group.Before}", $"{group.After}");
        consoles.Output.Write(table);
        foreach (var record in report.Repairs.Where(record => record.Messages.Count > 0)) consoles.Note($"{record.Weight}: {string.Join("; ", record.Messages)}");
        consoles.Line(report.Verdict);
        consoles.Line($"wrote {report.Output}, with its report beside it");
    }
}
