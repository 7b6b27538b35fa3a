namespace Espalier.Graphs.Shapes;

/// <summary>Slice: ranges of axes, with steps.</summary>
internal static class SliceRule
{
    // Exporters write "to the end" as the largest 32-bit or 64-bit integer, and "to before the start" as the smallest.
    private const long Endless = int.MaxValue;

    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx => [("Slice", Slice)];

    private static void Slice(NodeShapes s)
    {
        if (s.Shape(0) is not { } x)
        {
            s.Set(null);
            return;
        }
        var starts = Operand(s, "starts", 1);
        var ends = Operand(s, "ends", 2);
        var axes = s.Attributes.Ints("axes") ?? (s.Has(3) ? s.Contents(3)?.ToFixed() : FirstAxes(s, starts ?? ends, x.Count));
        if (axes is null || s.Axes(axes, x.Count) is not { } along)
        {
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        var steps = s.Has(4) ? s.Contents(4)?.ToFixed() : [.. Enumerable.Repeat(1L, along.Length)];
        var result = x.ToArray();
        var ranges = new SliceRange?[x.Count];
        for (var axis = 0; axis < Math.Min(x.Count, 2); axis++) ranges[axis] = new SliceRange(0, x[axis], 1, x[axis]);
        for (var i = 0; i < along.Length; i++)
        {
            var range = i < starts?.Count && i < ends?.Count && i < steps?.Length && steps[i] is not (0 or long.MinValue)
                ? new SliceRange(starts[i], ends[i], steps[i], x[along[i]]) : (SliceRange?)null;
            result[along[i]] = range?.Length ?? Dim.Unknown;
            ranges[along[i]] = range;
        }
        s.Set(result);
        if (x.Count is 1 or 2 && s.Contents(0) is { } contents) s.SetContents(0, Pick(contents, ranges[0], x.Count == 1 ? new SliceRange(0, 1, 1, 1) : ranges[1]));
    }

    /// <summary>Without axes, the starts and ends are those of the first ones.</summary>
    private static long[]? FirstAxes(NodeShapes s, KnownContents? positions, int rank)
    {
        var count = positions?.Count ?? ((s.Shape(1) ?? s.Shape(2)) is { Count: 1 } list ? list[0].Size : null);
        return count is { } known ? [.. Enumerable.Range(0, (int)Math.Min(known, rank)).Select(axis => (long)axis)] : null;
    }

    private static KnownContents? Operand(NodeShapes s, string attribute, int input) =>
        s.Attributes.Ints(attribute) is { } values ? KnownContents.List(values.Select(value => (Dim)value), ContentsOrigin.Constants) : s.Contents(input);

    /// <summary>The elements of a list or table that the ranges of rows and columns leave.</summary>
    private static KnownContents? Pick(KnownContents contents, SliceRange? rowRange, SliceRange? columnRange)
    {
        if (rowRange is not { Length.Size: { } rows, Start.Size: { } row } down || columnRange is not { Length.Size: { } columns, Start.Size: { } column } across) return null;
        if (rows > contents.Count || columns > contents.Count) return null;
        var width = contents.Sizes.Length == 1 ? 1 : contents.Sizes[1];
        var result = new Fraction[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var k = 0; k < columns; k++) result[(i * columns) + k] = contents.Fractions[(int)(((row + (i * down.Step)) * width) + column + (k * across.Step))];
        }
        return new KnownContents(result, contents.Sizes.Length == 1 ? [(int)rows] : [(int)rows, (int)columns], contents.Origin);
    }

    /// <summary>A range along an axis, brought into its bounds.</summary>
    private readonly struct SliceRange
    {
        public SliceRange(Dim start, Dim end, long step, Dim size)
        {
            Step = step;
            var (first, last) = step > 0 ? ((Dim)0, size) : (-1, size - 1);
            // A start behind the end gives no elements, so only backward ranges need it brought down.
            var from = Dim.Max(FromFront(start, size, last), 0);
            Start = step > 0 ? from : Dim.Min(from, last);
            var stop = Clamp(FromFront(end, size, last), first, last);
            if (step == 1 && start.Size is < 0 and > -Endless and var tail && stop == size)
            {
                Length = Dim.Min(-tail, size);
                return;
            }
            Length = Dim.Max(Dim.CeilingDivide(step > 0 ? stop - Start : Start - stop, Math.Abs(step)), 0);
        }

        public Dim Start { get; }

        public long Step { get; }

        public Dim Length { get; }

        /// <summary>Negative positions count from the end; the sign of a position that is not fixed must be certain.</summary>
        private static Dim FromFront(Dim position, Dim size, Dim last)
        {
            if (position.Size is { } at)
            {
                if (at >= Endless && !(size.Size > at)) return last;
                if (at <= -Endless && !(size.Size > Endless)) return -1;
                return at < 0 ? size + at : at;
            }
            if (DimArithmetic.IsNonNegative(position)) return position;
            return DimArithmetic.IsNonNegative(-1 - position) ? size + position : Dim.Unknown;
        }

        private static Dim Clamp(Dim position, Dim first, Dim last) => Dim.Min(Dim.Max(position, first), last);
    }
}
