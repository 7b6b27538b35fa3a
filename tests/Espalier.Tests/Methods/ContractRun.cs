using Espalier.Methods;
using Espalier.Methods.Runs;
using Espalier.Recipes;
using Espalier.Reports;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>A pruning run on the tiny checkpoint, and what is left of it.</summary>
internal sealed class ContractRun
{
    public const double Sparsity = 0.5;

    private ContractRun(string output, PruneReport report, IReadOnlyDictionary<string, float[]> weights)
    {
        Output = output;
        Report = report;
        Weights = weights;
    }

    /// <summary>The written folder.</summary>
    public string Output { get; }

    public PruneReport Report { get; }

    /// <summary>Weights of the run's own model just before the output appeared.</summary>
    public IReadOnlyDictionary<string, float[]> Weights { get; }

    /// <summary>Bytes of weights and masks as written.</summary>
    public byte[] Bytes => [.. File.ReadAllBytes(Path.Combine(Output, "model.safetensors")), .. File.ReadAllBytes(Path.Combine(Output, MaskFile.FileName))];

    /// <summary>The recipe of a cell of the matrix.</summary>
    public static PruneRecipe Recipe(TinyCheckpoint tiny, string method, string pattern, int seed = 0) => new()
    {
        Model = tiny.Model,
        Method = method,
        Pattern = pattern,
        Sparsity = SparsityPattern.Parse(pattern).FixedSparsity is null ? Sparsity : null,
        Data = MethodRegistry.Find(method).Needs == StatisticsNeeds.None ? null : tiny.Data,
        Samples = 6,
        SequenceLength = 24,
        Seed = seed,
        Threads = 1,
    };

    /// <summary>Runs to the end.</summary>
    public static ContractRun Execute(TinyCheckpoint tiny, PruneRecipe recipe, string output, bool resume = false)
    {
        var weights = new Dictionary<string, float[]>();
        var path = tiny.Path(output);
        using var run = PruningRun.Open(recipe, path);
        var report = run.Execute(resume, finish: (_, report) =>
        {
            foreach (var parameter in run.Model.Graph.Parameters.Values.Where(parameter => !parameter.IsConstant)) weights[parameter.Name] = Read(parameter.Data);
            return report;
        }, cancellation: TestContext.Current.CancellationToken);
        return new ContractRun(path, report, weights);
    }

    /// <summary>Runs until some layers are finished, then cancels.</summary>
    /// <returns>The folder of the unfinished run.</returns>
    public static string Interrupt(TinyCheckpoint tiny, PruneRecipe recipe, string output, int layers)
    {
        using var cancellation = new CancellationTokenSource();
        using var run = PruningRun.Open(recipe, tiny.Path(output));
        var finished = 0;
        var progress = new Progress(step =>
        {
            if (step.Finished is not null && ++finished == layers) cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => run.Execute(progress: progress, cancellation: cancellation.Token));
        return PruningRun.FolderOf(tiny.Path(output));
    }

    private static float[] Read(Tensors.TensorData data)
    {
        var values = new float[data.ElementCount];
        data.ReadSingle(0, values);
        return values;
    }

    private sealed class Progress(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
