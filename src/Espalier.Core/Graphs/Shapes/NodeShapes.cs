using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>What a rule sees of a node: types, shapes and contents of the inputs; places to put those of the outputs; conflicts.</summary>
internal sealed class NodeShapes(Node node, ICollection<ShapeConflict> conflicts)
{
    private const int MaximumPrinted = 8;

    public Node Node { get; } = node;

    public NodeAttributes Attributes => Node.Attributes;

    public int Version => Node.OpsetVersion;

    public int InputCount => Node.Inputs.Count;

    public int OutputCount => Node.Outputs.Count;

    public bool Has(int input) => Node.OptionalInput(input) is not null;

    /// <summary>Shape of an input; null if the input or its rank is unknown.</summary>
    public IReadOnlyList<Dim>? Shape(int input) => Node.OptionalInput(input)?.Shape;

    /// <summary>Shape of the first output as set so far.</summary>
    public IReadOnlyList<Dim>? OutputShape => OutputCount > 0 ? Node.Outputs[0]?.Shape : null;

    public ElementType? Type(int input) => Node.OptionalInput(input)?.ElementType;

    public KnownContents? Contents(int input) => Node.OptionalInput(input)?.Contents;

    public long Int(string attribute, long otherwise) => Attributes.Int(attribute, otherwise);

    /// <summary>Refuses a node without its first inputs.</summary>
    /// <exception cref="EspalierException">One is missing.</exception>
    public void RequireInputs(int count)
    {
        for (var i = 0; i < count; i++) Node.Input(i);
    }

    /// <summary>A list from an attribute (old operator sets) or from an input (new ones); null where it is not known.</summary>
    public long[]? Ints(string attribute, int input) => Attributes.Ints(attribute) ?? Contents(input)?.ToFixed();

    /// <summary>Sets an output.</summary>
    public void Set(int output, ElementType? type, IReadOnlyList<Dim>? shape)
    {
        if (output >= OutputCount || Node.Outputs[output] is not { } value) return;
        value.ElementType = type;
        value.Shape = shape is null ? null : Valid(shape);
    }

    /// <summary>The output has the type of the first input.</summary>
    public void Set(IReadOnlyList<Dim>? shape) => Set(0, Type(0), shape);

    public void SetContents(int output, KnownContents? contents)
    {
        if (output < OutputCount && Node.Outputs[output] is { } value && contents?.Count <= KnownContents.MaximumCount) value.Contents = contents;
    }

    public void Conflict(string problem, params Dim[] sizes) => conflicts.Add(new ShapeConflict(Node, problem, sizes));

    /// <summary>Records a conflict if two sizes that must agree cannot; returns the one that says more.</summary>
    public Dim Agree(Dim a, Dim b, string what)
    {
        if (DimArithmetic.Differ(a, b)) Conflict($"{what} do not agree: {a} and {b}", a, b);
        if (a.Size is not null || b.IsUnknown) return a;
        return b.Size is not null || a.IsUnknown || (a.Symbol is null && b.Symbol is not null) ? b : a;
    }

    /// <summary>The shape that two shapes broadcast to.</summary>
    public IReadOnlyList<Dim>? Broadcast(IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        if (a is null || b is null) return null;
        var rank = Math.Max(a.Count, b.Count);
        var result = new Dim[rank];
        for (var i = 0; i < rank; i++)
        {
            Dim left = i < rank - a.Count ? 1 : a[i - rank + a.Count];
            Dim right = i < rank - b.Count ? 1 : b[i - rank + b.Count];
            result[i] = BroadcastAxis(left, right);
        }
        return result;
    }

    /// <summary>The size that two axes broadcast to.</summary>
    public Dim BroadcastAxis(Dim left, Dim right)
    {
        if (left.Size == 1) return right;
        if (right.Size == 1) return left;
        if (left.Size is { } a && right.Size is { } b && a != b) Conflict($"sizes {a} and {b} do not broadcast", left, right);
        // A fixed size other than 1 stays; of two sizes known at run time only, either may turn out to be 1.
        if (left.Size is not null) return left;
        return right.Size is not null ? right : DimArithmetic.Broadcast(left, right);
    }

    /// <summary>An axis counted from the front; null, with a conflict, if there is no such axis.</summary>
    public int? Axis(long axis, int rank)
    {
        if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
        Conflict($"axis {axis} does not exist in rank {rank}");
        return null;
    }

    /// <summary>Axes counted from the front; null, with a conflict, if one does not exist.</summary>
    public int[]? Axes(long[] axes, int rank)
    {
        var result = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            if (Axis(axes[i], rank) is not { } axis) return null;
            result[i] = axis;
        }
        return result;
    }

    /// <summary>False, with a conflict, if the rank is not the expected one.</summary>
    public bool IsRank(IReadOnlyList<Dim> shape, int rank, string what)
    {
        if (shape.Count == rank) return true;
        Conflict($"{what} {Text(shape)} has rank {shape.Count}, expected {rank}", [.. shape.Take(MaximumPrinted)]);
        return false;
    }

    /// <summary>A shape of a known rank and nothing else.</summary>
    public static IReadOnlyList<Dim> UnknownOf(long rank) => new Dim[Math.Clamp(rank, 0, KnownContents.MaximumCount)];

    /// <summary>A shape for messages.</summary>
    public static string Text(IEnumerable<Dim> shape) => $"[{string.Join(", ", shape.Take(MaximumPrinted))}]";

    /// <summary>Product of sizes; 1 for none.</summary>
    public static Dim Product(IEnumerable<Dim> sizes) => sizes.Aggregate((Dim)1, (product, size) => product * size);

    /// <summary>The shape with one axis replaced.</summary>
    public static IReadOnlyList<Dim> With(IReadOnlyList<Dim> shape, int axis, Dim size)
    {
        var result = shape.ToArray();
        result[axis] = size;
        return result;
    }

    private IReadOnlyList<Dim> Valid(IReadOnlyList<Dim> shape)
    {
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i].Size is not < 0) continue;
            Conflict($"axis {i} of the output would have the size {shape[i]}", shape[i]);
            return [.. shape.Select(size => size.Size < 0 ? Dim.Unknown : size)];
        }
        return shape;
    }
}
