using System.Text.RegularExpressions;
using Espalier.Data;
using Espalier.Recipes;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Training;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Training;

/// <summary>Training runs of a tiny model.</summary>
public sealed partial class TrainerTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 300).Select(i => i * i % 37)];

    [Fact]
    public void A_tiny_text_is_learned_by_heart()
    {
        using var tiny = new TinyCheckpoint();
        using var model = Model.Open(tiny.Model);
        using var module = new GraphModule(model.Graph, torch.CPU);
        var first = new List<double>();
        var options = Options(120) with { LogInterval = 1, PeakLearningRate = 5e-3 };
        using var trainer = new LanguageModelTrainer(module, Tokens, Tokens, options, new SeededRandom(1));
        var result = trainer.Run(new Listener(p => first.Add(p.Loss)), TestContext.Current.CancellationToken);
        // The squares modulo 37 repeat: after two tokens of a window the next one follows.
        Assert.Equal(120, first.Count);
        Assert.True(first[0] > 3, $"loss at the start {first[0]}");
        Assert.True(result.FinalLoss < first[0] / 3, $"loss {first[0]} fell to {result.FinalLoss} only");
        Assert.True(result.HeldOutLoss < first[0] / 3, $"held-out loss {result.HeldOutLoss}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_stopped_run_ends_with_the_same_bits_and_the_same_log(int stopAfter)
    {
        using var tiny = new TinyCheckpoint();
        var whole = Train(tiny, "whole");
        Assert.Null(Train(tiny, "stopped", stopAfter));
        Assert.Equal(whole, Train(tiny, "stopped"));
        Assert.Equal(Log(tiny, "whole"), Log(tiny, "stopped"));
        // Every third step, every fourth (evaluations), and the last.
        Assert.Equal(6, Log(tiny, "whole").Length);
    }

    [Fact]
    public void A_killed_run_continues_from_the_last_checkpoint_with_the_same_bits_and_log()
    {
        using var tiny = new TinyCheckpoint();
        var whole = Train(tiny, "whole");
        // Dies after the log line of step 6; the checkpoint is that of step 5, in the middle of a logged stretch. The last line is half written.
        Assert.Throws<TimeoutException>(() => Train(tiny, "killed", dieAfter: 6));
        File.AppendAllText(Path.Combine(tiny.Path("killed"), TrainingLog.FileName), "{\"step\":8,\"lo");
        Assert.Equal(whole, Train(tiny, "killed"));
        Assert.Equal(Log(tiny, "whole"), Log(tiny, "killed"));
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        using var tiny = new TinyCheckpoint();
        Train(tiny, "run", stopAfter: 3);
        using var model = Model.Open(tiny.Model);
        using var module = new GraphModule(model.Graph, torch.CPU);
        using var other = new LanguageModelTrainer(module, Tokens, null, Options(10) with { PeakLearningRate = 2e-3 }, new SeededRandom(1), folder: tiny.Path("run"));
        var error = Assert.Throws<UsageException>(() => other.TryResume());
        Assert.Contains("belongs to a run with other options", error.Message, StringComparison.Ordinal);
        Assert.Contains(TrainingCheckpoint.FileName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_evaluating_and_saving_leave_no_tensor_behind()
    {
        using var tiny = new TinyCheckpoint();
        Train(tiny, "first");
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Train(tiny, "second", stopAfter: 4);
        Train(tiny, "second");
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_diverged_run_says_where()
    {
        using var tiny = new TinyCheckpoint();
        using var model = Model.Open(tiny.Model);
        using var module = new GraphModule(model.Graph, torch.CPU);
        using (torch.no_grad()) module.Trainable["model.norm.weight"].fill_(float.NaN);
        using var trainer = new LanguageModelTrainer(module, Tokens, null, Options(3), new SeededRandom(1));
        var error = Assert.Throws<EspalierException>(() => trainer.Run(cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("at step 1", error.Message, StringComparison.Ordinal);
    }

    private static TrainingOptions Options(int steps) => new()
    {
        Steps = steps,
        BatchSize = 3,
        SequenceLength = 16,
        WarmupSteps = 2,
        PeakLearningRate = 1e-3,
        LogInterval = 3,
        EvaluationInterval = 4,
        CheckpointInterval = 5,
    };

    /// <summary>The weights after 10 steps, or null if the run was stopped before.</summary>
    private static byte[]? Train(TinyCheckpoint tiny, string folder, int? stopAfter = null, int? dieAfter = null)
    {
        using var model = Model.Open(tiny.Model);
        using var module = new GraphModule(model.Graph, torch.CPU);
        Directory.CreateDirectory(tiny.Path(folder));
        using var source = new CancellationTokenSource();
        if (stopAfter == 0) source.Cancel();
        using var trainer = new LanguageModelTrainer(module, Tokens, Tokens[..50], Options(10), new SeededRandom(1), folder: tiny.Path(folder));
        trainer.TryResume();
        var listener = new Listener(p =>
        {
            if (p.Step == stopAfter) source.Cancel();
            if (p.Step == dieAfter) throw new TimeoutException("killed");
        });
        try
        {
            trainer.Run(listener, source.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(stopAfter, trainer.Step);
            return null;
        }
        module.WriteBack();
        return [.. model.Graph.Parameters.Values.Where(parameter => !parameter.IsConstant).SelectMany(parameter => parameter.Data.ToBytes())];
    }

    // Times differ from run to run.
    private static string[] Log(TinyCheckpoint tiny, string folder) =>
        [.. File.ReadAllLines(Path.Combine(tiny.Path(folder), TrainingLog.FileName)).Select(line => Times().Replace(line, ""))];

    [GeneratedRegex("\"(tokens_per_second|seconds)\":[0-9.]+")]
    private static partial Regex Times();
}
