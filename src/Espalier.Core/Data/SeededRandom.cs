using System.Numerics;

namespace Espalier.Data;

/// <summary>
/// Random numbers that are the same on every machine and in every version: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators"), its state filled by SplitMix64 from the seed. Not for several threads.
/// </summary>
public sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Creates a generator; equal seeds give equal sequences.</summary>
    public SeededRandom(long seed)
    {
        Seed = seed;
        var state = (ulong)seed;
        (_s0, _s1, _s2, _s3) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>The seed, for reports.</summary>
    public long Seed { get; }

    /// <summary>The generator's 256 bits of state, for checkpoints of long runs.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) State
    {
        get => (_s0, _s1, _s2, _s3);
        set
        {
            if ((value.S0 | value.S1 | value.S2 | value.S3) == 0) throw new ArgumentException("The state of all zeros gives zeros for ever.", nameof(value));
            (_s0, _s1, _s2, _s3) = value;
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normally distributed with mean 0 and deviation 1 (Box and Muller 1958; one of the pair is dropped, so that a draw has no memory).</summary>
    public double NextNormal()
    {
        // 1 - u is in (0, 1], so the logarithm is finite.
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Uniform in [0, <paramref name="limit"/>), without bias.</summary>
    /// <param name="limit">One past the largest result; at least 1.</param>
    public int NextInt32(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        // Draws from the incomplete last stretch of the 64-bit range would favour small results, so they are drawn again.
        var rejected = (ulong.MaxValue % (ulong)limit + 1) % (ulong)limit;
        ulong bits;
        do bits = NextUInt64(); while (bits > ulong.MaxValue - rejected);
        return (int)(bits % (ulong)limit);
    }

    /// <summary>The first <paramref name="count"/> places of a random order of 0 .. <paramref name="limit"/> - 1: distinct numbers.</summary>
    public int[] Distinct(int count, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, limit);
        // Fisher-Yates from the front, holding only the places that differ from their index.
        var moved = new Dictionary<int, int>();
        var result = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = i + NextInt32(limit - i);
            result[i] = moved.GetValueOrDefault(j, j);
            moved[j] = moved.GetValueOrDefault(i, i);
        }
        return result;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
