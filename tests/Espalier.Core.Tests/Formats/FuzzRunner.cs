using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Xunit;

namespace Espalier.Core.Tests.Formats;

/// <summary>
/// Opens thousands of damaged copies of good files. Each must open or be refused with an <see cref="EspalierException"/>, within two
/// seconds and 256 MB. A file that does something else is kept, and the message names it. Tests that use this belong to
/// <see cref="FuzzCollection"/>, which runs alone, because memory is measured for the whole process.
/// </summary>
internal static class FuzzRunner
{
    private const long MaxBytes = 256L << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HangTime = TimeSpan.FromSeconds(60); // the thread is given up after this

    /// <summary>Runs the trial.</summary>
    /// <param name="seeds">Good files, damaged in turn.</param>
    /// <param name="open">Opens the file at the path and reads all that is in it.</param>
    /// <param name="count">How many damaged files to try.</param>
    /// <param name="seed">Seed of the damage.</param>
    /// <param name="fileName">Name of the damaged file, for readers that look at it.</param>
    /// <param name="companions">Undamaged files beside it, by name.</param>
    /// <returns>How many opened and how many were refused; a good trial has some of both.</returns>
    public static (int Opened, int Refused) Run(IReadOnlyList<byte[]> seeds, Action<string> open, int count, int seed,
        string fileName = "fuzzed.bin", IReadOnlyDictionary<string, byte[]>? companions = null)
    {
        using var folder = new TempFolder(inMemory: true);
        foreach (var (name, bytes) in companions ?? new Dictionary<string, byte[]>()) folder.Write(name, bytes);
        foreach (var good in seeds) open(folder.Write(fileName, good)); // also compiles what will be timed
        var (opened, refused) = (0, 0);
        var current = "";
        ExceptionDispatchInfo? failure = null;
        var progress = Stopwatch.StartNew();
        var thread = new Thread(() =>
        {
            try
            {
                var random = new Random(seed);
                var mutator = new FileMutator(random);
                for (var i = 0; i < count; i++)
                {
                    var (bytes, description) = mutator.Mutate(seeds[i % seeds.Count]);
                    Volatile.Write(ref current, $"seed {seed}, file {i}: {description}");
                    progress.Restart();
                    // A new file each time: one that a reader forgot to unmap must not be cut under its feet.
                    File.Delete(folder.File(fileName));
                    if (Try(folder.Write(fileName, bytes), open, current)) opened++;
                    else refused++;
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        while (!thread.Join(500))
        {
            if (progress.Elapsed > HangTime) throw Failed("it does not come to an end", Volatile.Read(ref current), folder.File(fileName), null);
        }
        failure?.Throw();
        return (opened, refused);
    }

    private static bool Try(string path, Action<string> open, string what)
    {
        var (result, time) = Timed(path, open, what);
        if (time > MaxTime) (result, time) = Timed(path, open, what); // the machine may have been busy; once more
        return time <= MaxTime ? result : throw Failed($"it took {time.TotalSeconds:0.0} s", what, path, null);
    }

    private static (bool Opened, TimeSpan Time) Timed(string path, Action<string> open, string what)
    {
        var managed = GC.GetAllocatedBytesForCurrentThread();
        var process = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        var opened = true;
        try
        {
            open(path);
        }
        catch (EspalierException e)
        {
            opened = false;
            if (string.IsNullOrEmpty(e.Where)) throw Failed("the refusal does not say where", what, path, e);
            if (string.IsNullOrEmpty(e.Remedy)) throw Failed("the refusal names no remedy", what, path, e);
        }
        catch (Exception e)
        {
            throw Failed($"it threw {e.GetType().Name}", what, path, e);
        }
        var time = Stopwatch.GetElapsedTime(start);
        managed = GC.GetAllocatedBytesForCurrentThread() - managed;
        process = Environment.WorkingSet - process;
        if (managed > MaxBytes || process > MaxBytes)
            throw Failed($"it took {managed >> 20} MB of managed memory and the process grew by {process >> 20} MB", what, path, null);
        return (opened, time);
    }

    private static InvalidOperationException Failed(string problem, string what, string path, Exception? inner)
    {
        var kept = Path.Combine(Path.GetTempPath(), $"espalier-fuzz-{Guid.NewGuid():N}{Path.GetExtension(path)}");
        File.Copy(path, kept);
        return new InvalidOperationException($"{problem} ({what}); the file is kept at {kept}", inner);
    }
}

/// <summary>Fuzz tests run alone, after the others.</summary>
[CollectionDefinition(nameof(FuzzCollection), DisableParallelization = true)]
public sealed class FuzzCollection;
