namespace Espalier.Graphs.Shapes;

/// <summary>Operators that order, add or drop axes and keep the elements.</summary>
internal static class LayoutRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Transpose", Transpose),
        ("Flatten", Flatten),
        ("Squeeze", Squeeze),
        ("Unsqueeze", Unsqueeze),
    ];

    private static void Transpose(NodeShapes s)
    {
        var x = s.Shape(0);
        var permutation = s.Attributes.Ints("perm");
        if (x is null)
        {
            s.Set(permutation is null ? null : NodeShapes.UnknownOf(permutation.Length));
            return;
        }
        if (permutation is null)
        {
            s.Set([.. x.Reverse()]);
        }
        else if (permutation.Length != x.Count || permutation.Distinct().Count() != x.Count || permutation.Any(axis => axis < 0 || axis >= x.Count))
        {
            s.Conflict($"perm [{string.Join(", ", permutation.Take(8))}] is no order of the axes of {NodeShapes.Text(x)}", [.. x]);
            s.Set(null);
        }
        else
        {
            s.Set([.. permutation.Select(axis => x[(int)axis])]);
        }
        if (x.Count is 1 or 2 && s.Contents(0) is { } contents) s.SetContents(0, x.Count == 1 || permutation is [0, 1] ? contents : Flip(contents));
    }

    private static KnownContents Flip(KnownContents table)
    {
        var (rows, columns) = (table.Sizes[0], table.Sizes[1]);
        var result = new Fraction[table.Count];
        for (var i = 0; i < result.Length; i++) result[i] = table.Fractions[(i % rows * columns) + (i / rows)];
        return new KnownContents(result, [columns, rows], table.Origin);
    }

    private static void Flatten(NodeShapes s)
    {
        var axis = s.Int("axis", 1);
        if (s.Shape(0) is not { } x)
        {
            s.Set(NodeShapes.UnknownOf(2));
            return;
        }
        if (axis < 0) axis += x.Count;
        if (axis < 0 || axis > x.Count)
        {
            s.Conflict($"axis {axis} does not divide rank {x.Count}");
            s.Set(NodeShapes.UnknownOf(2));
            return;
        }
        s.Set([NodeShapes.Product(x.Take((int)axis)), NodeShapes.Product(x.Skip((int)axis))]);
    }

    private static void Squeeze(NodeShapes s)
    {
        var axes = s.Ints("axes", 1);
        var isStated = s.Attributes.Contains("axes") || s.Has(1);
        if (s.Shape(0) is not { } x || (isStated && axes is null))
        {
            s.Set(null);
            return;
        }
        if (!isStated)
        {
            // Which of the axes have size 1 must be certain for the rank to be.
            s.Set(x.All(size => size.Size is not null) ? [.. x.Where(size => size.Size != 1)] : null);
        }
        else
        {
            if (s.Axes(axes!, x.Count) is not { } dropped)
            {
                s.Set(null);
                return;
            }
            foreach (var axis in dropped)
            {
                if (x[axis].Size is not null and not 1) s.Conflict($"axis {axis} has size {x[axis]} and cannot be dropped", x[axis]);
            }
            s.Set([.. x.Where((_, axis) => !dropped.Contains(axis))]);
        }
        Carry(s);
    }

    private static void Unsqueeze(NodeShapes s)
    {
        if (s.Shape(0) is not { } x || s.Ints("axes", 1) is not { } axes || s.Axes(axes, x.Count + axes.Length) is not { } added)
        {
            s.Set(null);
            return;
        }
        if (added.Distinct().Count() != added.Length)
        {
            s.Conflict($"axes [{string.Join(", ", axes.Take(8))}] name one axis twice");
            s.Set(null);
            return;
        }
        var result = new Dim[x.Count + added.Length];
        var isAdded = new bool[result.Length];
        foreach (var axis in added) isAdded[axis] = true;
        for (int axis = 0, next = 0; axis < result.Length; axis++) result[axis] = isAdded[axis] ? 1 : x[next++];
        s.Set(result);
        Carry(s);
    }

    /// <summary>Contents do not notice axes of size 1.</summary>
    private static void Carry(NodeShapes s)
    {
        if (s.Shape(0)!.Count <= 1) s.SetContents(0, s.Contents(0)?.As(s.OutputShape));
    }
}
