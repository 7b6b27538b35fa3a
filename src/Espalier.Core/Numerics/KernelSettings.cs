namespace Espalier.Numerics;

/// <summary>How the numeric kernels run.</summary>
public sealed record KernelSettings
{
    /// <summary>One thread, the widest vectors of this processor.</summary>
    public static KernelSettings Default { get; } = new();

    /// <summary>Number of threads, at least 1. Threads share out output tiles, never a sum: results do not depend on their
    /// number.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The vector width; tests force narrower ones.</summary>
    internal SimdLevel Level { get; init; } = SimdSupport.Best;

    /// <summary>Runs <paramref name="body"/> for 0..count-1, on this thread or on several.</summary>
    internal void For(int count, Action<int> body)
    {
        if (Threads <= 1 || count <= 1)
        {
            for (var i = 0; i < count; i++) body(i);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, body);
    }
}
