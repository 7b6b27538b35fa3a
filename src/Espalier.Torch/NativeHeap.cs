using System.Runtime.InteropServices;

namespace Espalier.Torch;

/// <summary>The C library's heap, from which libtorch takes its memory.</summary>
public static partial class NativeHeap
{
    /// <summary>Gives freed memory back to the system. glibc keeps it otherwise, several times what is in use; elsewhere this does nothing.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which needs no such call.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
