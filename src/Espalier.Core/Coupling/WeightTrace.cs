using Espalier.Graphs;

namespace Espalier.Coupling;

/// <summary>Finds the parameter behind a value that exporters have transposed, cast or dequantised on the way.</summary>
internal static class WeightTrace
{
    /// <summary>The parameter and its axis; null if the value is an activation or computed from several parameters.</summary>
    public static (Parameter Parameter, int Axis)? Follow(Value value, int axis)
    {
        while (value.Parameter is null)
        {
            if (value.Producer is not { } node) return null;
            switch (node.OpType)
            {
                case "Transpose" when value.Shape is { } shape:
                    axis = node.Attributes.Ints("perm") is { } permutation ? (int)permutation[axis] : shape.Count - 1 - axis;
                    break;
                case "Identity" or "Cast" or "DequantizeLinear" or "QuantizeLinear":
                    break;
                default:
                    return null;
            }
            value = node.Input(0);
        }
        return (value.Parameter, axis);
    }
}
