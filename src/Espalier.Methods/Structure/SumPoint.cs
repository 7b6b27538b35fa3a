using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Methods.Structure;

/// <summary>
/// The place behind a convolution where its output is added to a shortcut, perhaps after a batch normalisation: there the sum must be right,
/// not the branch.
/// </summary>
/// <param name="Sum">The sum.</param>
/// <param name="Shortcut">The other operand.</param>
/// <param name="Scale">What a normalisation multiplies each channel of the branch with; null without one.</param>
internal sealed record SumPoint(Value Sum, Value Shortcut, float[]? Scale)
{
    /// <summary>Channels that a normalisation all but switches off cannot be corrected through it.</summary>
    private const float SmallestScale = 1e-3f;

    /// <summary>The sum point of a consumer's output, or null.</summary>
    /// <param name="value">The consumer's output, bias included.</param>
    /// <param name="readers">Readers of values.</param>
    public static SumPoint? Find(Value value, ILookup<Value, Node> readers)
    {
        float[]? scale = null;
        if (readers[value].ToArray() is [{ OpType: "BatchNormalization" } norm])
        {
            scale = ScaleOf(norm);
            if (scale is null) return null;
            value = norm.Output;
        }
        if (readers[value].ToArray() is not [{ OpType: "Add" } add]) return null;
        var other = add.Input(0) == value ? add.Input(1) : add.Input(0);
        if (other == value || other.Parameter is not null || other.Shape is null || value.Shape is null || !Same(other.Shape, value.Shape)) return null;
        return new SumPoint(add.Output, other, scale);
    }

    /// <summary>1 / scale, or 0 where the scale is too small to divide by.</summary>
    public float InverseScale(int channel) => Scale is null ? 1 : MathF.Abs(Scale[channel]) < SmallestScale ? 0 : 1 / Scale[channel];

    private static float[]? ScaleOf(Node norm)
    {
        if (norm.Input(1).Parameter is not { } gamma || norm.Input(4).Parameter is not { } variance) return null;
        var epsilon = norm.Attributes.Float("epsilon", 1e-5f);
        return [.. gamma.Data.ToSingles().Zip(variance.Data.ToSingles(), (g, v) => g / MathF.Sqrt(v + epsilon))];
    }

    private static bool Same(IReadOnlyList<Dim> a, IReadOnlyList<Dim> b) => a.Count == b.Count && a.Zip(b).All(pair => pair.First == pair.Second);
}
