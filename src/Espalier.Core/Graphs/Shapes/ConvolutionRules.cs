using Espalier.Tensors;

namespace Espalier.Graphs.Shapes;

/// <summary>Convolutions over [batch, channels, spatial axes...].</summary>
internal static class ConvolutionRules
{
    public static IEnumerable<(string Operators, ShapeRule Rule)> Onnx =>
    [
        ("Conv DeformConv", static s => s.Set(Convolve(s, 0, 1, s.Node.OpType == "Conv" ? 2 : 3))),
        ("ConvInteger", static s => s.Set(0, ElementType.I32, Convolve(s, 0, 1, null))),
        ("QLinearConv", static s => s.Set(0, s.Type(7) ?? s.Type(0), Convolve(s, 0, 3, 8))),
        ("ConvTranspose", Transposed),
    ];

    public static IEnumerable<(string Operators, ShapeRule Rule)> Microsoft =>
    [
        ("FusedConv", static s => s.Set(Convolve(s, 0, 1, 2))),
    ];

    /// <summary>Weights are [outputs, inputs per group, kernel...].</summary>
    private static IReadOnlyList<Dim>? Convolve(NodeShapes s, int data, int weight, int? bias)
    {
        if (Operands(s, data, weight) is not var (x, w, windows)) return null;
        var groups = s.Int("group", 1);
        var channels = s.Agree(x[1], w[1] * groups, "channels of the input and of the weight times groups");
        if (groups < 1 || channels.Size % Math.Max(groups, 1) > 0 || w[0].Size % Math.Max(groups, 1) > 0)
            s.Conflict($"{channels} channels and {w[0]} filters are not divisible into {groups} groups", channels, w[0], groups);
        if (bias is { } index && s.Shape(index) is { } b && s.IsRank(b, 1, "the bias")) s.Agree(b[0], w[0], "bias and filters");
        return [x[0], w[0], .. x.Skip(2).Select((size, axis) => windows.Positions(s, axis, size))];
    }

    /// <summary>Weights are [inputs, outputs per group, kernel...].</summary>
    private static void Transposed(NodeShapes s)
    {
        if (Operands(s, 0, 1) is not var (x, w, windows))
        {
            s.Set(null);
            return;
        }
        var spatial = x.Count - 2;
        s.Agree(x[1], w[0], "channels of the input and of the weight");
        var channels = w[1] * s.Int("group", 1);
        if (s.Shape(2) is { } b && s.IsRank(b, 1, "the bias")) s.Agree(b[0], channels, "bias and filters");
        var padding = s.Attributes.Ints("output_padding") ?? new long[spatial];
        var stated = s.Attributes.Ints("output_shape");
        if (padding.Length != spatial || (stated is not null && stated.Length != spatial && stated.Length != x.Count))
        {
            s.Conflict($"output_padding or output_shape is not that of {spatial} spatial axes");
            s.Set(NodeShapes.UnknownOf(x.Count));
            return;
        }
        var sizes = stated is null ? x.Skip(2).Select((size, axis) => windows.Spread(axis, size, padding[axis])) : stated.TakeLast(spatial).Select(size => (Dim)size);
        s.Set([x[0], channels, .. sizes]);
    }

    private static (IReadOnlyList<Dim> Data, IReadOnlyList<Dim> Weight, Windows Windows)? Operands(NodeShapes s, int data, int weight)
    {
        s.RequireInputs(weight + 1);
        if (s.Shape(data) is not { } x || s.Shape(weight) is not { } w) return null;
        if (x.Count < 3) s.Conflict($"the input {NodeShapes.Text(x)} has rank {x.Count}, expected 3 or more", [.. x]);
        if (x.Count < 3 || !s.IsRank(w, x.Count, "the weight")) return null;
        var kernel = w.Skip(2).ToArray();
        if (s.Attributes.Ints("kernel_shape") is { } stated)
        {
            if (stated.Length != kernel.Length)
            {
                s.Conflict($"kernel_shape has {stated.Length} sizes, the weight {kernel.Length} spatial axes");
                return null;
            }
            for (var i = 0; i < kernel.Length; i++) kernel[i] = s.Agree(kernel[i], stated[i], "kernel_shape and the weight");
        }
        return Windows.Read(s, kernel) is { } windows ? (x, w, windows) : null;
    }
}
