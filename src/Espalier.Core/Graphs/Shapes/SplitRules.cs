namespace Espalier.Graphs.Shapes;

/// <summary>Splitting into outputs or into a sequence, and taking elements of sequences.</summary>
internal static class SplitRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Split", Split),
        ("SequenceAt", At),
        ("SequenceLength", static s => s.Set(0, Tensors.ElementType.I64, [])),
    ];

    private static void Split(NodeShapes s)
    {
        var count = s.OutputCount;
        if (s.Shape(0) is not { } x || s.Axis(s.Int("axis", 0), x.Count) is not { } axis)
        {
            for (var i = 0; i < count; i++) s.Set(i, s.Type(0), null);
            return;
        }
        var sizes = Sizes(s, x[axis], count);
        var offset = 0L;
        for (var i = 0; i < count; i++)
        {
            s.Set(i, s.Type(0), NodeShapes.With(x, axis, sizes[i]));
            if (x.Count != 1 || sizes[i].Size is not { } length) continue;
            if (s.Contents(0) is { } contents && offset >= 0 && length >= 0 && length <= contents.Count - offset)
                s.SetContents(i, new KnownContents(contents.Fractions.Slice((int)offset, (int)length).ToArray(), isScalar: false, contents.Origin));
            offset = Saturating.Add(offset, Math.Max(length, 0));
        }
    }

    private static Dim[] Sizes(NodeShapes s, Dim total, int count)
    {
        if (s.Attributes.Ints("split") is { } attribute) return Stated(s, [.. attribute.Select(size => (Dim)size)], total, count);
        if (s.Has(1)) return s.Contents(1) is { } contents ? Stated(s, [.. contents.Elements], total, count) : new Dim[count];
        var chunks = s.Int("num_outputs", count);
        if (chunks < count || chunks <= 0)
        {
            s.Conflict($"{count} outputs, but num_outputs is {chunks}", count, chunks);
            return new Dim[count];
        }
        if (s.Version < 18 && !s.Attributes.Contains("num_outputs"))
        {
            var equal = Dim.DivideExactly(total, count);
            if (equal.IsUnknown && total.Size is not null) s.Conflict($"size {total} is not divisible into {count} outputs", total, count);
            return [.. Enumerable.Repeat(equal.IsUnknown ? Dim.FloorDivide(total, count) : equal, count)];
        }
        // All chunks are equal but the last, which may be smaller.
        var chunk = Dim.CeilingDivide(total, chunks);
        return [.. Enumerable.Range(0, count).Select(i => i < chunks - 1 ? chunk : total - (chunk * (chunks - 1)))];
    }

    private static Dim[] Stated(NodeShapes s, Dim[] sizes, Dim total, int count)
    {
        if (sizes.Length < count)
        {
            s.Conflict($"{count} outputs, but {sizes.Length} sizes to split into", count, sizes.Length);
            return new Dim[count];
        }
        // One size that is not known is what the others leave.
        var open = Array.FindIndex(sizes, size => size.IsUnknown);
        if (open < 0)
        {
            var sum = sizes.Aggregate((Dim)0, (all, size) => all + size);
            if (DimArithmetic.Differ(sum, total)) s.Conflict($"the sizes to split into add up to {sum}, the axis has {total}", sum, total);
        }
        else if (sizes.Count(size => size.IsUnknown) == 1)
        {
            sizes[open] = total - sizes.Where(size => !size.IsUnknown).Aggregate((Dim)0, (all, size) => all + size);
        }
        return sizes;
    }

    /// <summary>Sequences themselves have no shape; an element has that of the operand it was made from.</summary>
    private static void At(NodeShapes s)
    {
        if (s.Node.OptionalInput(0)?.Producer is not { } source) return;
        if (source.OpType == "SequenceConstruct")
        {
            var position = s.Contents(1)?.ToFixed() is [var at] ? at : (long?)null;
            if (position < 0) position += source.Inputs.Count;
            if (position is { } index && index >= 0 && index < source.Inputs.Count && source.Inputs[(int)index] is { } element) s.Set(0, element.ElementType, element.Shape);
            return;
        }
        if (source is not { OpType: "SplitToSequence", Inputs: [{ } x, ..] }) return;
        if (x.Shape is not { } shape || s.Axis(source.Attributes.Int("axis", 0), shape.Count) is not { } axis)
        {
            s.Set(0, x.ElementType, null);
            return;
        }
        var split = source.OptionalInput(1);
        if (split is null)
        {
            s.Set(0, x.ElementType, source.Attributes.Int("keepdims", 1) != 0 ? NodeShapes.With(shape, axis, 1) : [.. shape.Where((_, i) => i != axis)]);
            return;
        }
        s.Set(0, x.ElementType, NodeShapes.With(shape, axis, Element(shape[axis], split.Contents, s.Contents(1)?.ToFixed() is [var number] ? number : null)));
    }

    /// <summary>Size of one element of a split sequence; a scalar is the size of all elements but the last.</summary>
    private static Dim Element(Dim total, KnownContents? split, long? position)
    {
        if (split is null || position is null) return Dim.Unknown;
        if (!split.IsScalar)
        {
            if (position < 0) position += split.Count;
            return position >= 0 && position < split.Count ? split[(int)position] : Dim.Unknown;
        }
        var chunk = split[0];
        if (chunk.Size <= 0) return Dim.Unknown;
        if (!Dim.DivideExactly(total, chunk).IsUnknown) return chunk;
        if (total.Size is not { } all || chunk.Size is not { } size) return Dim.Unknown;
        var count = ((all - 1) / size) + 1;
        if (position < 0) position += count;
        return position == count - 1 ? all - (position.Value * size) : size;
    }
}
