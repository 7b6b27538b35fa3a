namespace Espalier.Data;

/// <summary>Generators for the parts of a run, so that a part can be drawn without drawing what stands before it.</summary>
internal static class SeedDerivation
{
    /// <summary>The generator of a part, for example of a position in an epoch. Equal arguments give equal sequences, others independent ones.</summary>
    public static SeededRandom Create(long seed, long first, long second)
    {
        // Each number is added to bits that depend on all before it, so that (1, 2) and (2, 1) do not meet.
        var state = unchecked(new SeededRandom(seed).NextUInt64() + (ulong)first);
        state = unchecked(new SeededRandom((long)state).NextUInt64() + (ulong)second);
        return new SeededRandom((long)state);
    }
}
