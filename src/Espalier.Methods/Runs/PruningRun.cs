using System.Diagnostics;
using Espalier.Data;
using Espalier.Formats;
using Espalier.Graphs;
using Espalier.Numerics;
using Espalier.Recipes;
using Espalier.Reports;
using Espalier.Sparsity;
using Espalier.Torch;
using Espalier.Torch.Calibration;
using TorchSharp;

namespace Espalier.Methods.Runs;

/// <summary>
/// One pruning run: opens the model, plans, works block by block, and leaves a finished folder. Every finished layer is on disk at once, so a run
/// that was interrupted at any point can be resumed with a bit-identical result. Nothing appears at the output's place until all is written.
/// </summary>
public sealed class PruningRun : IDisposable
{
    private const int DefaultSamples = 128;
    private readonly Model _model;
    private readonly string _output;
    private readonly int _threads;
    private readonly Stopwatch _write = new();
    private readonly Stopwatch _forward = new();
    private readonly Stopwatch _statistics = new();
    private readonly Stopwatch _solve = new();

    private PruningRun(PruneRecipe recipe, string output, Model model, PrunePlan plan, TokenRows? samples, int threads)
    {
        Recipe = recipe;
        _output = output;
        _model = model;
        Plan = plan;
        Samples = samples;
        _threads = threads;
    }

    /// <summary>The recipe.</summary>
    public PruneRecipe Recipe { get; }

    /// <summary>What the recipe means for the model.</summary>
    public PrunePlan Plan { get; }

    /// <summary>The calibration samples; null if the method needs none.</summary>
    public TokenRows? Samples { get; }

    /// <summary>
    /// The model as it was opened. While <see cref="Execute"/> runs, its graph takes on the pruned weights, from the records of the run folder; those are
    /// gone once the output is in place, so open the output to read weights afterwards.
    /// </summary>
    public Model Model => _model;

    /// <summary>Bytes of weights that the run will write; as much again is needed until it is finished.</summary>
    public long OutputBytes => _model.Graph.Parameters.Values.Where(parameter => !parameter.IsConstant).Sum(parameter => parameter.Shape.ElementCount * Tensors.ElementTypeExtensions.Size(OutputTypes.Of(Recipe.OutputType, parameter)));

    /// <summary>Folder of the unfinished run that belongs to an output folder.</summary>
    public static string FolderOf(string output) => RunDirectory.For(output);

    /// <summary>Expected memory beyond libraries and mapped files.</summary>
    public MemoryForecast Memory => Plan.Forecast(Samples?.Count ?? 0, Samples?.Length ?? 0);

    /// <summary>Opens model and data and makes the plan; computes nothing and writes nothing.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="output">Folder to write.</param>
    /// <exception cref="EspalierException">Model, data or recipe cannot be used.</exception>
    public static PruningRun Open(PruneRecipe recipe, string output)
    {
        recipe.Validate();
        if (!recipe.Device.Equals("cpu", StringComparison.OrdinalIgnoreCase)) _ = TorchDevice.Parse(recipe.Device);
        var threads = recipe.Threads ?? Environment.ProcessorCount;
        var model = Model.Open(recipe.Model);
        try
        {
            var plan = PrunePlan.Create(recipe, model.Graph);
            return new PruningRun(recipe, output, model, plan, plan.Descriptor.Needs == StatisticsNeeds.None ? null : Draw(recipe, model), threads);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Does the work.</summary>
    /// <param name="resume">Continue an unfinished run of the same recipe; without one the run starts from the beginning. If the same run has completed the output already, its report is returned.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="finish">
    /// Called with the assembled folder and the report before the output appears, for example to evaluate; returns the report to write and may add
    /// files to the folder.
    /// </param>
    /// <param name="cancellation">Stops between steps; the run can be resumed.</param>
    /// <returns>The report, as written to <c>report.json</c>.</returns>
    /// <exception cref="EspalierException">
    /// Something else is at the output's place, the model holds numbers that are not finite, there is too little space, or a layer cannot be pruned. The
    /// run's folder remains only if a resumed run could use it.
    /// </exception>
    public PruneReport Execute(bool resume = false, IProgress<RunProgress>? progress = null, Func<string, PruneReport, PruneReport>? finish = null, CancellationToken cancellation = default)
    {
        var device = TorchDevice.Parse(Recipe.Device);
        torch.set_num_threads(_threads);
        using var memory = new MemoryWatch();
        var fingerprint = RunFingerprint.Compute(Recipe, Samples?.Protocol.TokensSha256, _threads);
        if (Path.Exists(_output)) return (resume ? CompletedOutput.Find(_output, fingerprint) : null) ?? throw Occupied(_output, resume);
        var before = Measure(_model);
        RequireSpace();
        using var folder = RunDirectory.Open(_output, fingerprint, resume);
        if (resume) progress?.Report(new RunProgress("starting", 0, null, Note: folder.Finished > 0 ? $"resuming: {folder.Finished} of {Plan.Layers.Count()} layers were finished" : "nothing to resume: starting from the beginning"));
        try
        {
            var records = Work(folder, device, new ProgressMeter(progress, Plan), cancellation);
            progress?.Report(new RunProgress("writing", 1, null));
            _write.Start();
            OutputFolder.Write(folder.Assembly, _model, Recipe.OutputType, [.. records.Select(record => KeyValuePair.Create(record.Report.Parameter, record.Mask))]);
            _write.Stop();
            var report = Describe(records, before, folder, memory.Peak) with { RunFingerprint = fingerprint };
            if (finish is not null) report = finish(folder.Assembly, report);
            ReportJson.Write(report, Path.Combine(folder.Assembly, "report.json"));
            Directory.Move(folder.Assembly, _output);
            folder.Delete();
            return report;
        }
        catch (Exception e)
        {
            // The assembly is made anew from the records; only these are worth their space.
            RunFiles.DeleteFolder(folder.Assembly);
            folder.DeleteUnlessResumable();
            if (e is IOException or UnauthorizedAccessException) throw RunFiles.Translate(e, folder.Path);
            throw;
        }
    }

    /// <summary>Closes the model.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>Refuses an output's place that is taken, before anything is opened; a completed output is left to <see cref="Execute"/> when a run is resumed.</summary>
    /// <param name="output">Folder to write.</param>
    /// <param name="resume">Whether the run is to be resumed.</param>
    /// <exception cref="UsageException">Something is there, or the name is empty.</exception>
    public static void RequireFree(string output, bool resume)
    {
        if (string.IsNullOrWhiteSpace(output)) throw new UsageException("the name of the output folder is empty", "--output", "Name a folder that does not exist yet");
        if (Path.Exists(output) && !(resume && File.Exists(Path.Combine(output, "report.json")))) throw Occupied(output, resume);
    }

    private static UsageException Occupied(string output, bool resume) => resume
        ? new UsageException("something is there already, and it is not the completed output of this run", output, "Choose another output, or delete it first")
        : new UsageException("something is there already", output, "Choose another output with --output, or delete it first");

    /// <summary>The assembled output must fit; refused here, it costs no time.</summary>
    private void RequireSpace()
    {
        if (DiskSpace.FreeBytes(_output) is { } free && free < OutputBytes)
            throw new EspalierException(FormattableString.Invariant($"the disk has too little space: {OutputBytes} bytes are needed at least and {free} bytes are free"), _output,
                "Free some space, or choose an output on another disk. Nothing was written");
    }

    private static TokenRows Draw(PruneRecipe recipe, Model model)
    {
        var request = DataRequest.For(model, recipe.Data!, recipe.DataField);
        var shape = CalibrationSamples.ShapeOf(request);
        var length = recipe.SequenceLength ?? shape?.Length ?? Math.Min(2048, model.ContextLength);
        if (length > model.ContextLength)
            throw new UsageException($"samples of {length} tokens are longer than the model's context of {model.ContextLength}", "--sequence-length", $"Use at most {model.ContextLength}");
        return CalibrationSamples.Draw(request, recipe.Samples ?? shape?.Rows ?? DefaultSamples, length, new SeededRandom(recipe.Seed));
    }

    private List<LayerRecord> Work(RunDirectory folder, torch.Device device, ProgressMeter meter, CancellationToken cancellation)
    {
        var kernels = new KernelSettings { Threads = _threads };
        var records = new List<LayerRecord>();
        using var stream = Samples is null ? null : Timed(_forward, () => new BlockStream(_model.Graph, [.. Plan.Blocks.Select(block => block.Block)], Rows(Samples), device, cancellation));
        foreach (var block in Plan.Blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            var finished = block.Layers.ToDictionary(layer => layer, layer => folder.Find(layer.Name));
            if (finished.Values.Any(record => record is null)) PruneBlock(block, finished, stream, folder, kernels, records.Count, meter, cancellation);
            foreach (var layer in block.Layers)
            {
                layer.Weight.Replace(finished[layer]!.Weight);
                records.Add(finished[layer]!);
            }
            stream?.ReloadParameters();
            if (stream is not null && block.Block.Index < Plan.Blocks.Count - 1)
            {
                meter.Step($"{block.Block}: forward with pruned weights");
                Timed(_forward, () => stream.Advance(cancellation));
            }
            meter.BlockDone();
            // Weights and masks on their way to the disk are large arrays; left alone, they pile up to a block's size and more.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        return records;
    }

    private void PruneBlock(PlannedBlock block, Dictionary<LinearLayer, LayerRecord?> finished, BlockStream? stream, RunDirectory folder, KernelSettings kernels, int firstIndex, ProgressMeter meter, CancellationToken cancellation)
    {
        using var statistics = new BlockStatistics(block, finished.Where(pair => pair.Value is null).Select(pair => pair.Key), Plan.Descriptor.Needs, kernels, Samples?.Count ?? 0);
        if (stream is not null)
        {
            meter.Step($"{block.Block}: statistics");
            Timed(_forward, () => stream.Observe(statistics.Inputs, (_, value, tensor) => statistics.Add(value, tensor, _statistics), cancellation));
        }
        var pruner = new LayerPruner(Plan, kernels);
        foreach (var group in block.Groups)
        {
            var todo = group.Where(layer => finished[layer] is null).ToArray();
            var known = statistics.Of(group.Key);
            // All of a group are prepared first: the first solve consumes the Hessian that they share.
            var prepared = Timed(_solve, () => todo.Select(layer => pruner.Prepare(layer, known)).ToArray());
            foreach (var problem in prepared)
            {
                cancellation.ThrowIfCancellationRequested();
                var layer = problem.Layer;
                meter.Step($"{layer.Name}: solving");
                var (weight, mask, layerReport) = Timed(_solve, () => pruner.Prune(problem, known, cancellation));
                problem.Weight.Dispose();
                _write.Start();
                var path = folder.RecordPath(firstIndex + block.Layers.TakeWhile(other => other != layer).Count());
                LayerRecord.Write(path, layerReport, weight, weight.ElementType, mask);
                finished[layer] = folder.Commit(layer.Name, path);
                _write.Stop();
                meter.LayerDone(layerReport);
            }
        }
    }

    private PruneReport Describe(List<LayerRecord> records, SizeReport before, RunDirectory folder, long peak)
    {
        var weightFiles = Directory.GetFiles(folder.Assembly, "*.safetensors").Where(file => Path.GetFileName(file) != MaskFile.FileName);
        return new PruneReport
        {
            EspalierVersion = EspalierVersion.Current,
            Finished = DateTimeOffset.UtcNow,
            Machine = MachineDescription.Summary,
            Recipe = Recipe,
            MethodTitle = Plan.Descriptor.Title,
            Paper = Plan.Descriptor.Link,
            Architecture = _model.Graph.Name,
            Calibration = Samples?.Protocol,
            CalibrationSamples = Samples?.Count ?? 0,
            CalibrationLength = Samples?.Length ?? 0,
            Layers = [.. records.Select(record => record.Report)],
            LeftDense = Plan.LeftDense,
            // Statistics are taken inside the forward pass; their time is counted once.
            Time = new TimeSplit(_forward.Elapsed.TotalSeconds - _statistics.Elapsed.TotalSeconds, _statistics.Elapsed.TotalSeconds, _solve.Elapsed.TotalSeconds, _write.Elapsed.TotalSeconds),
            PeakMemoryBytes = peak,
            Resumed = folder.Finished > 0,
            Before = before,
            After = before with
            {
                NonZero = before.NonZero - records.Sum(record => record.Report.Zeros - record.Report.ZerosBefore),
                Bytes = weightFiles.Sum(file => new FileInfo(file).Length),
            },
        };
    }

    private static SizeReport Measure(Model model)
    {
        var sequence = Math.Min(1024, model.ContextLength);
        var cost = CostModel.Measure(model.Graph, new Dictionary<string, long> { ["batch"] = 1, ["sequence"] = sequence });
        return new SizeReport(cost.Parameters, WeightScan.NonZeros(model.Graph), cost.Macs, sequence, model.WeightBytes);
    }

    private static long[][] Rows(TokenRows samples) => [.. Enumerable.Range(0, samples.Count).Select(row => samples.ToInt64(row, 1))];

    private static T Timed<T>(Stopwatch watch, Func<T> action)
    {
        watch.Start();
        try
        {
            return action();
        }
        finally
        {
            watch.Stop();
        }
    }

    private static void Timed(Stopwatch watch, Action action) => Timed(watch, () =>
    {
        action();
        return 0;
    });
}
