namespace Espalier.Graphs;

/// <summary>One axis of a value's shape: a fixed size, a named symbol such as <c>batch</c>, or unknown.</summary>
public readonly struct Dim : IEquatable<Dim>
{
    private Dim(long? size, string? symbol)
    {
        Size = size;
        Symbol = symbol;
    }

    /// <summary>An axis about which nothing is known.</summary>
    public static Dim Unknown => default;

    /// <summary>The size, if fixed.</summary>
    public long? Size { get; }

    /// <summary>The symbol, if the size is only known at run time.</summary>
    public string? Symbol { get; }

    /// <summary>A fixed size.</summary>
    public static implicit operator Dim(long size) => new(size, null);

    /// <summary>A symbol.</summary>
    public static implicit operator Dim(string symbol) => new(null, symbol);

    /// <summary>Equality of size and symbol; two unknown axes are not known to be equal.</summary>
    public static bool operator ==(Dim left, Dim right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(Dim left, Dim right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Dim other) => Size == other.Size && Symbol == other.Symbol && (Size is not null || Symbol is not null);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, Symbol);

    /// <summary>The size, the symbol, or <c>?</c>.</summary>
    public override string ToString() => Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
