using System.Diagnostics;
using Espalier.Torch;

namespace Espalier.Evaluation;

/// <summary>Resident memory of this process, after everything that can be given back was given back.</summary>
internal static class ResidentMemory
{
    /// <summary>Bytes of physical memory that the process occupies, mapped files included.</summary>
    public static long Measure()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        // What the loading of one model leaves behind would be reused by the next, which would then seem smaller.
        NativeHeap.Trim();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
