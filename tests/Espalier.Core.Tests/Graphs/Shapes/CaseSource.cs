namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>Random sizes for cases: axes are fixed or symbols, seeded.</summary>
internal sealed class CaseSource(int seed)
{
    private readonly Random _random = new(seed);
    private int _symbols;

    /// <summary>A new axis of random sizes; a symbol as often as not.</summary>
    public Axis Axis(int smallest, int largest)
    {
        var first = _random.Next(smallest, largest + 1);
        if (_random.Next(2) == 0) return first;
        return new Axis($"s{_symbols++}", first, _random.Next(smallest, largest + 1));
    }

    /// <summary>A new axis whose sizes are multiples.</summary>
    public Axis MultipleOf(int factor, int smallest, int largest)
    {
        var axis = Axis(smallest, largest);
        return axis.Symbol is null ? axis.First * factor : new Axis(axis.Symbol, axis.First * factor, axis.Second * factor);
    }

    public Axis[] Axes(int count, int smallest, int largest) => [.. Enumerable.Range(0, count).Select(_ => Axis(smallest, largest))];

    /// <summary>From smallest to largest, both included.</summary>
    public int Int(int smallest, int largest) => _random.Next(smallest, largest + 1);

    public long[] Ints(int count, int smallest, int largest) => [.. Enumerable.Range(0, count).Select(_ => (long)Int(smallest, largest))];

    public bool Coin() => _random.Next(2) == 0;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    /// <summary>Different axes of a rank in random order, at least one; every second one counted from the end.</summary>
    public long[] SomeAxes(int rank)
    {
        var axes = Enumerable.Range(0, rank).OrderBy(_ => _random.Next()).Take(Int(1, rank)).Select(axis => (long)(Coin() ? axis : axis - rank));
        return [.. axes];
    }

    public long[] Permutation(int rank) => [.. Enumerable.Range(0, rank).Select(axis => (long)axis).OrderBy(_ => _random.Next())];
}
