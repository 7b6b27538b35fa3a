using System.Text;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>Unfinished runs in the states that kills can leave, made by hand, and what resuming does with them.</summary>
public sealed class ResumeTests
{
    private static string RunFolder(Workspace work) => work.Output + ".espalier-run";

    [Fact]
    public async Task Without_an_unfinished_run_it_starts_from_the_beginning_and_says_so()
    {
        using var work = new Workspace();
        Assert.Contains("nothing to resume", (await Workspace.Run(work.SparseGpt("--resume"))).Succeeded().Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(work.Output, "model.safetensors")));
    }

    [Fact]
    public async Task Other_settings_are_refused()
    {
        using var work = await Unfinished();
        var before = work.Snapshot();
        foreach (var other in (string[][])[["--seed", "3"], ["--set", "damping=0.02"], ["--exclude", "*.k_proj"], ["--output-type", "bf16"]])
            (await Workspace.Run([.. work.SparseGpt("--resume"), .. other])).Refused(2, RunFolder(work), "another recipe");
        (await Workspace.Run(work.SparseGpt())).Refused(2, RunFolder(work), "Continue it with --resume");
        Assert.Equal(before, work.Snapshot());
        await ResumedIsSame(work);
    }

    [Fact]
    public async Task A_changed_model_is_refused()
    {
        using var work = await Unfinished();
        var file = work.At("model", "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        (await Workspace.Run(work.SparseGpt("--resume"))).Refused(2, RunFolder(work), "model");
    }

    [Fact]
    public async Task A_journal_line_that_was_cut_does_not_count()
    {
        using var work = await Unfinished();
        File.AppendAllText(Path.Combine(RunFolder(work), "journal.jsonl"), "{\"Layer\":\"model.layers.1.mlp.down_p");
        await ResumedIsSame(work);
    }

    [Theory]
    [InlineData("null\n")]
    [InlineData("{}\n")]
    [InlineData("[1]\n")]
    [InlineData("not json\n")]
    [InlineData("{\"Layer\":\"model.layers.0.mlp.down_proj\",\"File\":\"../../model/model.safetensors\",\"Sha256\":\"\"}\n")]
    [InlineData("{\"Layer\":\"model.layers.0.mlp.down_proj\",\"File\":\"layer-00000.safetensors\",\"Sha256\":\"00\"}\n")]
    public async Task Damaged_journal_lines_are_passed_over(string line)
    {
        using var work = await Unfinished();
        File.AppendAllText(Path.Combine(RunFolder(work), "journal.jsonl"), line);
        await ResumedIsSame(work);
    }

    [Fact]
    public async Task A_journal_that_is_not_text_is_passed_over()
    {
        using var work = await Unfinished();
        var journal = Path.Combine(RunFolder(work), "journal.jsonl");
        var good = File.ReadAllBytes(journal);
        File.WriteAllBytes(journal, [0xFF, 0xFE, 0xC3, (byte)'\n', .. good, 0xFF, 0x80, 0xC3]);
        await ResumedIsSame(work);
    }

    [Fact]
    public async Task A_damaged_record_is_computed_again()
    {
        using var work = await Unfinished();
        var record = Directory.GetFiles(RunFolder(work), "layer-*.safetensors").Order(StringComparer.Ordinal).Skip(2).First();
        var bytes = File.ReadAllBytes(record);
        bytes[^9] ^= 0x40;
        File.WriteAllBytes(record, bytes);
        File.WriteAllBytes(Directory.GetFiles(RunFolder(work), "layer-*.safetensors").Order(StringComparer.Ordinal).Skip(5).First(), []);
        await ResumedIsSame(work);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("partly deleted")]
    [InlineData("empty")]
    public async Task An_output_that_appeared_before_the_kill_is_recognised(string state)
    {
        using var work = await Unfinished();
        Copy(RunFolder(work), work.At("kept"));
        (await Workspace.Run(work.SparseGpt("--resume"))).Succeeded();
        Directory.Move(work.At("kept"), RunFolder(work));
        if (state != "whole") File.Delete(Path.Combine(RunFolder(work), "run.json"));
        if (state == "empty") foreach (var file in Directory.GetFiles(RunFolder(work))) File.Delete(file);
        await ResumedIsSame(work);
    }

    [Fact]
    public async Task A_run_that_another_process_works_on_is_refused()
    {
        using var work = await Unfinished();
        using (new FileStream(Path.Combine(RunFolder(work), "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            (await Workspace.Run(work.SparseGpt("--resume"))).Refused(2, RunFolder(work), "another process");
        await ResumedIsSame(work);
    }

    /// <summary>A workspace in which a run was stopped in its second block, and a whole output to compare with.</summary>
    private static async Task<Workspace> Unfinished()
    {
        var work = new Workspace();
        string[] whole = [.. work.SparseGpt()];
        whole[3] = work.At("whole");
        (await Workspace.Run(whole)).Succeeded();
        using var cancel = new CancellationTokenSource();
        var recipe = Reports.ReportJson.Read(Path.Combine(work.At("whole"), "report.json")).Recipe;
        using var run = Espalier.Methods.Runs.PruningRun.Open(recipe, work.Output);
        var finished = 0;
        var progress = new Stopper(p =>
        {
            if (p.Finished is not null && ++finished == 10) cancel.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => run.Execute(progress: progress, cancellation: cancel.Token));
        Assert.Equal(10, Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(RunFolder(work), "journal.jsonl"))).Count(c => c == '\n'));
        return work;
    }

    private static async Task ResumedIsSame(Workspace work)
    {
        (await Workspace.Run(work.SparseGpt("--resume"))).Succeeded();
        KillTests.AssertSame(work.At("whole"), work.Output);
        Assert.False(Path.Exists(RunFolder(work)));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private sealed class Stopper(Action<Espalier.Methods.Runs.RunProgress> handle) : IProgress<Espalier.Methods.Runs.RunProgress>
    {
        public void Report(Espalier.Methods.Runs.RunProgress value) => handle(value);
    }
}
