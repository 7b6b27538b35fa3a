using Espalier.Graphs.Shapes;
using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>
/// What is known about the elements of a small tensor of at most <see cref="MaximumCount"/> elements, as graphs compute them to state shapes:
/// a scalar, a list, or the table that exporters turn the operand of Pad into on its way. An element is a <see cref="Dim"/>: a number, an expression over symbols, or unknown.
/// </summary>
public sealed class KnownContents
{
    /// <summary>Longer lists are not followed.</summary>
    public const int MaximumCount = 1024;

    // Float lists come up as factors of Resize and as lengths on their way through a division; longer ones are weights.
    private const int MaximumFloats = 64;

    // Unsigned 64-bit integers may not fit.
    private static readonly ElementType[] Integers =
        [ElementType.I64, ElementType.I32, ElementType.I16, ElementType.I8, ElementType.U32, ElementType.U16, ElementType.U8, ElementType.Bool];

    private readonly Fraction[] _elements;
    private readonly int[] _sizes;

    internal KnownContents(Fraction[] elements, int[] sizes, ContentsOrigin origin)
    {
        _elements = elements;
        _sizes = sizes;
        Origin = origin;
    }

    internal KnownContents(Fraction[] elements, bool isScalar, ContentsOrigin origin)
        : this(elements, isScalar ? [] : [elements.Length], origin)
    {
    }

    /// <summary>Number of elements.</summary>
    public int Count => _elements.Length;

    /// <summary>True for a tensor without axes.</summary>
    public bool IsScalar => _sizes.Length == 0;

    /// <summary>Whether constants, shapes of the graph's values, or both went into the elements.</summary>
    public ContentsOrigin Origin { get; }

    /// <summary>An element; unknown for an element that is no integer.</summary>
    public Dim this[int index] => _elements[index].ToDim();

    /// <summary>All elements.</summary>
    public IReadOnlyList<Dim> Elements => [.. _elements.Select(element => element.ToDim())];

    internal ReadOnlySpan<Fraction> Fractions => _elements;

    internal ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>For example <c>[batch, 12, ?]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _elements)}]";

    /// <summary>The contents of a small constant; null if it is large, has more than one axis, or holds no numbers that matter to shapes.</summary>
    internal static KnownContents? Of(TensorData data)
    {
        if (data.Shape.Rank > 1 || data.ElementCount > MaximumCount) return null;
        var elements = new Fraction[data.ElementCount];
        if (data.ElementType is ElementType.F32 or ElementType.F64 or ElementType.F16 or ElementType.BF16)
        {
            if (elements.Length > MaximumFloats) return null;
            var numbers = new float[elements.Length];
            data.ReadSingle(0, numbers);
            for (var i = 0; i < elements.Length; i++) elements[i] = Fraction.Of(numbers[i]);
        }
        else
        {
            if (!Integers.Contains(data.ElementType)) return null;
            var numbers = new long[elements.Length];
            data.ReadInt64(0, numbers);
            for (var i = 0; i < elements.Length; i++) elements[i] = new Fraction(numbers[i]);
        }
        return new KnownContents(elements, data.Shape.Rank == 0, ContentsOrigin.Constants);
    }

    internal static KnownContents List(IEnumerable<Dim> elements, ContentsOrigin origin) =>
        new([.. elements.Select(element => new Fraction(element))], isScalar: false, origin);

    internal static KnownContents Scalar(Dim element, ContentsOrigin origin) => new([new Fraction(element)], isScalar: true, origin);

    /// <summary>The same elements in the same order under another shape; null if the shape is not fixed or has another number of elements.</summary>
    internal KnownContents? As(IReadOnlyList<Dim>? shape)
    {
        if (shape is null || shape.Any(size => size.Size is not (>= 0 and <= MaximumCount))) return null;
        var sizes = shape.Select(size => (int)size.Size!.Value).ToArray();
        return sizes.Aggregate(1L, static (count, size) => Saturating.Multiply(count, size)) == Count ? new KnownContents(_elements, sizes, Origin) : null;
    }

    /// <summary>All elements as fixed numbers, or null if one is not.</summary>
    internal long[]? ToFixed()
    {
        var result = new long[_elements.Length];
        for (var i = 0; i < result.Length; i++)
        {
            if (_elements[i].ToDim().Size is not { } size) return null;
            result[i] = size;
        }
        return result;
    }
}
