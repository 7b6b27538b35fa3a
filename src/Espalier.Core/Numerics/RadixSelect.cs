using System.Runtime.CompilerServices;

namespace Espalier.Numerics;

/// <summary>
/// The exact k-th smallest of many floats without sorting: a histogram of the leading bits finds the bin, the members of the bin are
/// collected, and the next bits decide among them. Linear time. Minus zero and plus zero are kept apart by the bits but compare equal as
/// floats.
/// </summary>
public static unsafe class RadixSelect
{
    private const int LeadingBits = 12;
    private const int NextBits = 10;

    /// <summary>The value that would stand at index <paramref name="k"/> after sorting in ascending order.</summary>
    /// <param name="values">The values, not empty and without NaN; left unchanged.</param>
    /// <param name="k">0-based rank.</param>
    public static float Select(ReadOnlySpan<float> values, long k)
    {
        fixed (float* p = values) return Select(p, values.Length, k);
    }

    /// <summary>As <see cref="Select(ReadOnlySpan{float}, long)"/>, for any length.</summary>
    /// <param name="values">The values, not empty and without NaN; left unchanged.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="k">0-based rank.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Select(float* values, long count, long k)
    {
        if ((ulong)k >= (ulong)count) throw new ArgumentOutOfRangeException(nameof(k), k, $"There are {count} values.");
        // Two interleaved histograms: equal neighbours would otherwise wait for each other's counter.
        var histogram = new int[2 << LeadingBits];
        var bits = (uint*)values;
        fixed (int* even = histogram)
        {
            var odd = even + (1 << LeadingBits);
            long i = 0;
            for (; i + 2 <= count; i += 2)
            {
                even[Key(bits[i]) >> (32 - LeadingBits)]++;
                odd[Key(bits[i + 1]) >> (32 - LeadingBits)]++;
            }
            if (i < count) even[Key(bits[i]) >> (32 - LeadingBits)]++;
            for (var b = 0; b < 1 << LeadingBits; b++) even[b] += odd[b];
        }
        var bin = FindBin(histogram.AsSpan(0, 1 << LeadingBits), ref k);
        var keys = new uint[histogram[bin] + 1];
        fixed (uint* target = keys)
        {
            // Written always, kept only when the bin fits: no branch that the processor could guess wrong.
            var kept = 0;
            for (long i = 0; i < count; i++)
            {
                var key = Key(bits[i]);
                target[kept] = key;
                kept += key >> (32 - LeadingBits) == (uint)bin ? 1 : 0;
            }
        }
        return Refine(keys.AsSpan(0, histogram[bin]), k);
    }

    private static float Refine(Span<uint> keys, long k)
    {
        for (var shift = 32 - LeadingBits - NextBits; ; shift -= NextBits)
        {
            var histogram = new int[1 << NextBits];
            foreach (var key in keys) histogram[(key >> shift) & ((1 << NextBits) - 1)]++;
            var bin = (uint)FindBin(histogram, ref k);
            var kept = 0;
            foreach (var key in keys)
            {
                if (((key >> shift) & ((1 << NextBits) - 1)) == bin) keys[kept++] = key;
            }
            keys = keys[..kept];
            if (shift == 0 || kept == 1) return Value(keys[0]);
        }
    }

    private static int FindBin(ReadOnlySpan<int> histogram, ref long k)
    {
        for (var b = 0; ; b++)
        {
            if (k < histogram[b]) return b;
            k -= histogram[b];
        }
    }

    /// <summary>Bits whose unsigned order is the order of the floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Key(uint bits) => bits ^ ((uint)((int)bits >> 31) | 0x8000_0000u);

    private static float Value(uint key) =>
        BitConverter.UInt32BitsToSingle(key ^ ((key & 0x8000_0000u) != 0 ? 0x8000_0000u : uint.MaxValue));
}
