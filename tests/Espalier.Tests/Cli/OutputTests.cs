using System.Diagnostics;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>Where an output goes: taken places, places that cannot be written, full disks, dry runs.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task A_second_run_over_an_output_is_refused_and_changes_nothing()
    {
        using var work = new Workspace();
        (await Workspace.Run(work.SparseGpt())).Succeeded();
        Assert.False(Path.Exists(work.Output + ".espalier-run"));
        var before = work.Snapshot();
        (await Workspace.Run(work.SparseGpt())).Refused(2, work.Output, "something is there already");
        (await Workspace.Run(work.SparseGpt("--dry-run"))).Refused(2, work.Output, "something is there already");
        (await Workspace.Run(work.SparseGpt("--resume", "--seed", "5"))).Refused(2, work.Output, "not the completed output of this run");
        Assert.Equal(before, work.Snapshot());
        var again = (await Workspace.Run(work.SparseGpt("--resume"))).Succeeded();
        Assert.Contains("nothing was left to do", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, work.Snapshot());
    }

    [Fact]
    public async Task A_file_or_an_empty_folder_at_the_output_is_left_alone()
    {
        using var work = new Workspace();
        File.WriteAllText(work.Output, "mine");
        (await Workspace.Run(work.SparseGpt("--resume"))).Refused(2, work.Output);
        Assert.Equal("mine", File.ReadAllText(work.Output));
        File.Delete(work.Output);
        Directory.CreateDirectory(work.Output);
        (await Workspace.Run(work.SparseGpt())).Refused(2, work.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(work.Output));
    }

    [Fact]
    public async Task A_folder_of_the_user_at_the_place_of_the_run_is_left_alone()
    {
        using var work = new Workspace();
        Directory.CreateDirectory(work.Output + ".espalier-run");
        File.WriteAllText(Path.Combine(work.Output + ".espalier-run", "thesis.txt"), "mine");
        var before = work.Snapshot();
        (await Workspace.Run(work.SparseGpt())).Refused(2, work.Output + ".espalier-run", "thesis.txt");
        Assert.Equal(before, work.Snapshot());
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_refused()
    {
        using var work = new Workspace();
        var before = work.Snapshot();
        var below = work.At("calibration.txt", "deep", "out");
        (await Workspace.Run("prune", work.Model, "-o", below, "-m", "magnitude", "-s", "0.5")).Refused(1, below + ".espalier-run", "Choose an output in a folder that you may write to");
        (await Workspace.Run("prune", work.Model, "-o", "", "-m", "magnitude", "-s", "0.5")).Refused(2, "--output", "empty");
        (await Workspace.Run("prune", work.Model, "-o", work.At("a", "b", new string('x', 300)), "-m", "magnitude", "-s", "0.5")).Refused(1);
        Assert.Equal(before, work.Snapshot());
        (await Workspace.Run("prune", work.Model, "-o", work.At("a", "b", "out"), "-m", "magnitude", "-s", "0.5")).Succeeded();
        (await Workspace.Run("report", work.At("a", "b", "out"), "-o", work.At("calibration.txt", "report.html"))).Refused(1, "report.html");
    }

    [Fact]
    public async Task A_read_only_place_is_refused()
    {
        using var work = new Workspace();
        using var disk = SmallDisk.Mount(work.At("disk"), "size=4m,ro");
        (await Workspace.Run("prune", work.Model, "-o", work.At("disk", "out"), "-m", "magnitude", "-s", "0.5")).Refused(1, work.At("disk", "out") + ".espalier-run");
        Assert.Empty(Directory.EnumerateFileSystemEntries(work.At("disk")));
    }

    [Fact]
    public async Task A_disk_too_small_for_the_output_is_refused_before_the_work()
    {
        using var work = new Workspace();
        using var disk = SmallDisk.Mount(work.At("disk"), "size=64k");
        (await Workspace.Run("prune", work.Model, "-o", work.At("disk", "out"), "-m", "magnitude", "-s", "0.5")).Refused(1, work.At("disk", "out"), "too little space", "Free some space");
        Assert.Empty(Directory.EnumerateFileSystemEntries(work.At("disk")));
    }

    [Theory]
    [InlineData("150k")] // full while layers are written
    [InlineData("240k")] // full while the output is assembled
    public async Task A_disk_that_fills_up_leaves_a_run_that_can_be_resumed(string size)
    {
        using var work = new Workspace();
        using var disk = SmallDisk.Mount(work.At("disk"), $"size={size}");
        var output = work.At("disk", "out");
        string[] arguments = ["prune", work.Model, "-o", output, "-m", "magnitude", "-s", "0.5", "--threads", "1"];
        var result = await Workspace.Run(arguments);
        result.Refused(1, work.At("disk"), "too little space", "Free some space");
        Assert.Contains("--resume", result.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(output));
        Assert.Equal(["journal.jsonl", "lock", "run.json"], Directory.GetFiles(output + ".espalier-run").Select(Path.GetFileName).Where(name => !name!.StartsWith("layer-", StringComparison.Ordinal)).Order());
        Assert.DoesNotContain(Directory.GetFiles(output + ".espalier-run"), name => name.Contains(".tmp-", StringComparison.Ordinal));
        Assert.Empty(Directory.GetDirectories(output + ".espalier-run"));
        disk.Remount("size=16m");
        (await Workspace.Run([.. arguments, "--resume"])).Succeeded();
        arguments[3] = work.Output;
        (await Workspace.Run(arguments)).Succeeded();
        KillTests.AssertSame(work.Output, output);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        using var work = new Workspace();
        var before = work.Snapshot();
        Assert.Contains("nothing was computed or written", (await Workspace.Run(work.SparseGpt("--dry-run"))).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("sparsegpt", (string)(await Workspace.Run(work.SparseGpt("--dry-run", "--json"))).Succeeded().Json()["method"]!);
        Assert.Equal(before, work.Snapshot());
    }
}

/// <summary>A small file system in memory, mounted for a test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts it, or skips the running test.</summary>
    public static SmallDisk Mount(string folder, string options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Mounting a small disk needs root on Linux.");
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder) == 0, "This system does not let a test mount a small disk.");
        return new SmallDisk(folder);
    }

    public void Remount(string options) => Assert.Equal(0, Run("mount", "-o", $"remount,{options}", _folder));

    public void Dispose() => _ = Run("umount", "-l", _folder);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
