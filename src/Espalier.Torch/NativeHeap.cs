using System.Runtime.InteropServices;

namespace Espalier.Torch;

/// <summary>The C library's heap, from which libtorch and our own kernels take their memory. Only glibc has these switches; elsewhere nothing happens.</summary>
public static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    /// <summary>Above this size a page fault per 4 KB is little beside what is done with the memory once.</summary>
    private const int SmallestMap = 512 * 1024;

    /// <summary>The largest threshold that glibc accepts on 64 bits.</summary>
    private const int LargestThreshold = 32 * 1024 * 1024;

    /// <summary>Gives freed memory back to the system. glibc keeps it otherwise, several times what is in use.</summary>
    public static void Trim() => Call(static () => malloc_trim(0));

    /// <summary>
    /// From here on what is freed is kept for the next request: for short-lived tensors, which come again for every sample. It is also where glibc arrives by
    /// itself after some time.
    /// </summary>
    public static void KeepFreed() => Call(static () =>
    {
        // Setting one threshold stops glibc from adapting the other, so both are given, in the ratio that glibc itself keeps.
        _ = mallopt(TrimThreshold, 2 * LargestThreshold);
        return mallopt(MapThreshold, LargestThreshold);
    });

    /// <summary>
    /// From here on large requests get pages of their own, which go back as soon as they are freed: for matrices that live long. Between short-lived tensors
    /// they would tear the heap into holes that no other tensor fits.
    /// </summary>
    public static void MapLarge() => Call(static () => mallopt(MapThreshold, SmallestMap));

    private static void Call(Func<int> action)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = action();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which needs no such call.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
