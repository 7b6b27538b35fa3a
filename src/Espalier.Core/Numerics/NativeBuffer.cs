using System.Runtime.InteropServices;

namespace Espalier.Numerics;

/// <summary>Work memory of the kernels: floats in 64-byte aligned native memory, not cleared. The peak over the process is counted for
/// measurements.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private static long s_current;
    private static long s_peak;
    private readonly long _bytes;

    public NativeBuffer(long floats)
    {
        _bytes = Math.Max(64, floats * sizeof(float));
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)_bytes, 64);
        var now = Interlocked.Add(ref s_current, _bytes);
        for (var seen = s_peak; now > seen; seen = s_peak)
        {
            if (Interlocked.CompareExchange(ref s_peak, now, seen) == seen) break;
        }
    }

    ~NativeBuffer() => Free();

    /// <summary>Highest number of bytes alive at once since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref s_peak);

    public float* Pointer { get; private set; }

    public static void ResetPeak() => Interlocked.Exchange(ref s_peak, Interlocked.Read(ref s_current));

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)_bytes);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer is null) return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        Interlocked.Add(ref s_current, -_bytes);
    }
}
