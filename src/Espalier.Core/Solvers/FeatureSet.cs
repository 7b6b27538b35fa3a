namespace Espalier.Solvers;

/// <summary>Index lists of features: blocks of features that belong to one unit, and what a list leaves out.</summary>
public static class FeatureSet
{
    /// <summary>The features of units: unit u is the block u size .. u size + size - 1 (a head of D features, a channel of kh kw taps).</summary>
    /// <param name="units">Unit indices, in any order, which is preserved.</param>
    /// <param name="size">Features of a unit, at least 1.</param>
    public static int[] Expand(ReadOnlySpan<int> units, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var features = new int[units.Length * size];
        for (var i = 0; i < features.Length; i++) features[i] = checked((units[i / size] * size) + (i % size));
        return features;
    }

    /// <summary>The features of 0 .. count - 1 that are not in the list, ascending.</summary>
    /// <exception cref="UsageException">An index is out of range or occurs twice.</exception>
    public static int[] Complement(ReadOnlySpan<int> features, int count)
    {
        var listed = new bool[count];
        foreach (var feature in features)
        {
            if ((uint)feature >= (uint)count) throw new UsageException($"feature {feature} does not exist; there are {count}", "kept features");
            if (listed[feature]) throw new UsageException($"feature {feature} is listed twice", "kept features");
            listed[feature] = true;
        }
        var rest = new int[count - features.Length];
        for (int i = 0, next = 0; i < count; i++)
        {
            if (!listed[i]) rest[next++] = i;
        }
        return rest;
    }
}
