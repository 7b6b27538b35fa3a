namespace Espalier.Methods.Runs;

/// <summary>Watches how far the process's private memory rises above where it stood. Mapped files do not count: the system may drop their pages.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly long _start = Current();
    private readonly Timer _timer;
    private long _peak;

    /// <summary>Starts watching, ten times a second.</summary>
    public MemoryWatch()
    {
        _timer = new Timer(_ => Sample(), null, 0, 100);
    }

    /// <summary>Largest rise so far, in bytes.</summary>
    public long Peak
    {
        get
        {
            Sample();
            return Math.Max(0, Interlocked.Read(ref _peak) - _start);
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        var now = Current();
        if (now > Interlocked.Read(ref _peak)) Interlocked.Exchange(ref _peak, now);
    }

    /// <summary>Private resident memory where the system tells it (Linux), else the working set.</summary>
    private static long Current()
    {
        const string Status = "/proc/self/status";
        if (File.Exists(Status))
        {
            var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
            if (line is not null && long.TryParse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], out var kilobytes)) return kilobytes * 1024;
        }
        return Environment.WorkingSet;
    }
}
