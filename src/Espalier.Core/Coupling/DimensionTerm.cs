using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>
/// What a tensor axis is made of. Axes that must shrink together hold the same <see cref="Atom"/>; a reshape makes a
/// <see cref="ProductTerm"/> of several, a concatenation a <see cref="SumTerm"/>. Source: Structurally Prune Anything (arXiv 2403.18955), step 3.
/// </summary>
internal abstract class DimensionTerm
{
    /// <summary>Size of the axis.</summary>
    public abstract Dim Size { get; }

    /// <summary>The axis of size 1, which takes part in nothing.</summary>
    public static DimensionTerm One { get; } = new ProductTerm([]);
}

/// <summary>An indivisible dimension; a node of the union-find forest. A bound atom stands for another term.</summary>
internal sealed class Atom(int id, Dim size) : DimensionTerm
{
    /// <summary>Number of the atom in the order of creation.</summary>
    public int Id { get; } = id;

    /// <inheritdoc/>
    public override Dim Size { get; } = size;

    /// <summary>The term that the atom stands for; null if it stands for itself.</summary>
    public DimensionTerm? Binding { get; set; }

    /// <summary>Why the dimension must keep its size; null if it may shrink.</summary>
    public FreezeReason? Frozen { get; set; }

    /// <summary>Id, size and whether frozen.</summary>
    public override string ToString() => $"a{Id}({Size}{(Frozen is null ? "" : ", frozen")})";
}

/// <summary>A row-major product: index = ((i0 * n1) + i1) * n2 + ... The outermost factor comes first.</summary>
internal sealed class ProductTerm(DimensionTerm[] factors) : DimensionTerm
{
    public DimensionTerm[] Factors { get; } = factors;

    /// <inheritdoc/>
    public override Dim Size => Factors.Aggregate((Dim)1, (size, factor) => size * factor.Size);

    public override string ToString() => Factors.Length == 0 ? "1" : $"[{string.Join(" x ", Factors)}]";
}

/// <summary>Segments one after another; the same segment may come several times.</summary>
internal sealed class SumTerm(DimensionTerm[] segments) : DimensionTerm
{
    public DimensionTerm[] Segments { get; } = segments;

    /// <inheritdoc/>
    public override Dim Size => Segments.Aggregate((Dim)0, (size, segment) => size + segment.Size);

    public override string ToString() => $"({string.Join(" + ", Segments)})";
}
