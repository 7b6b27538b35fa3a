using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Espalier.Evaluation;

/// <summary>Resident memory of this process, after everything that can be given back was given back.</summary>
internal static partial class ResidentMemory
{
    /// <summary>Bytes of physical memory that the process occupies, mapped files included.</summary>
    public static long Measure()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        ReturnFreeMemory();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    // The C library keeps memory that was freed. What the loading of one model leaves behind would be reused by the next, which would then seem smaller.
    private static void ReturnFreeMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Trim(0); // tells whether anything was given back, which does not matter
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc: its allocator is unknown, and the measurement as good as it gets.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
