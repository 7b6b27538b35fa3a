using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>Runs that are killed or interrupted in processes of their own, and resumed.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Blocks = 12;
    private static readonly string[] Compared = ["config.json", "espalier.masks.safetensors", "model.safetensors"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_anywhere_and_resumed_the_result_is_bit_identical()
    {
        const int Kills = 20;
        using var work = new Workspace(Blocks);
        var model = Directory.GetFiles(work.Model).ToDictionary(file => file, File.ReadAllBytes);
        (await Workspace.Run(Arguments(work, work.At("whole")))).Succeeded();
        var random = new Random(20);
        var killed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var runs = 0;
        for (var kills = 0; kills < Kills; runs++)
        {
            // The chain of one run: killed, resumed, perhaps killed again, until a resumed process comes to its end.
            var target = work.At($"run-{runs}");
            var first = true;
            while (true)
            {
                Assert.True(runs < Kills * 3, "the processes end before they can be killed");
                var last = !first && (kills >= Kills || random.Next(3) > 0);
                using var process = Start([.. Arguments(work, target), .. first ? Array.Empty<string>() : ["--resume"]]);
                first = false;
                if (!last && await KillAt(process, target, random))
                {
                    kills++;
                    var stage = Stage(target);
                    killed[stage] = killed.GetValueOrDefault(stage) + 1;
                    continue;
                }
                await process.WaitForExitAsync(Token);
                Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync(Token));
                break;
            }
            AssertSame(work.At("whole"), target);
            Assert.False(Path.Exists(target + ".espalier-run"));
        }
        output.WriteLine($"{runs} runs; killed {string.Join(", ", killed.Select(pair => $"{pair.Key}: {pair.Value}"))}");
        // Which stages depends on the speed of the machine; that there are several does not.
        Assert.True(killed.Count >= 2, "the kills hit too few stages to mean anything");
        foreach (var (file, bytes) in model) Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task Interrupted_a_run_says_how_to_resume_and_can_be()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent on Unix only.");
        using var work = new Workspace(Blocks);
        (await Workspace.Run(Arguments(work, work.At("whole")))).Succeeded();
        var before = Directory.GetFiles(work.Model).ToDictionary(file => file, File.ReadAllBytes);
        using var process = Start(Arguments(work, work.Output));
        await UntilAsync(() => Lines(work.Output) >= 5, process);
        Assert.Equal(0, kill(process.Id, 2));
        await process.WaitForExitAsync(Token);
        var error = await process.StandardError.ReadToEndAsync(Token);
        Assert.True(process.ExitCode == 130, $"{process.ExitCode}: {error}");
        Assert.Contains("--resume", error, StringComparison.Ordinal);
        Assert.Contains(work.Output + ".espalier-run", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(work.Output));
        foreach (var (file, bytes) in before) Assert.Equal(bytes, File.ReadAllBytes(file));
        (await Workspace.Run(Arguments(work, work.Output))).Refused(2, ".espalier-run", "--resume");
        Assert.Contains("layers were finished", (await Workspace.Run([.. Arguments(work, work.Output), "--resume"])).Succeeded().Error, StringComparison.Ordinal);
        AssertSame(work.At("whole"), work.Output);
    }

    internal static void AssertSame(string expected, string actual)
    {
        foreach (var name in Compared) Assert.True(File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))), $"{name} differs");
    }

    private static string[] Arguments(Workspace work, string target) =>
        ["prune", work.Model, "-m", "sparsegpt", "-s", "0.5", "--data", work.Data, "--samples", "8", "--sequence-length", "32", "--threads", "1", "-o", target];

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "espalier.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Kills the process at a random point: after some number of finished layers, or when the output is assembled or has just appeared, and a little later.</summary>
    /// <returns>False if the process ended before.</returns>
    private static async Task<bool> KillAt(Process process, string target, Random random)
    {
        var kind = random.Next(8);
        var layers = random.Next(1 + (Blocks * 7));
        Func<bool> reached = kind switch
        {
            0 => () => Directory.Exists(target + ".espalier-run"),
            1 or 2 => () => Directory.Exists(Path.Combine(target + ".espalier-run", "output")),
            3 => () => Directory.Exists(target),
            _ => () => Lines(target) >= layers,
        };
        while (!process.HasExited && !reached() && !Directory.Exists(target)) Thread.Sleep(1);
        await Task.Delay(random.Next(3) == 0 ? random.Next(30) : 0, Token);
        if (process.HasExited) return false;
        process.Kill();
        await process.WaitForExitAsync(Token);
        return process.ExitCode != 0;
    }

    private static string Stage(string target) => (Directory.Exists(target), Directory.Exists(Path.Combine(target + ".espalier-run", "output")), Lines(target)) switch
    {
        (true, _, _) => "after the output appeared",
        (_, true, _) => "while the output was assembled",
        (_, _, 0) => "before the first layer",
        (_, _, Blocks * 7) => "after the last layer",
        _ => "between layers",
    };

    private static int Lines(string target)
    {
        var journal = Path.Combine(target + ".espalier-run", "journal.jsonl");
        try
        {
            using var stream = new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd().Count(c => c == '\n');
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task UntilAsync(Func<bool> condition, Process process)
    {
        while (!condition())
        {
            Assert.False(process.HasExited, "the process ended too early");
            await Task.Delay(1, Token);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
