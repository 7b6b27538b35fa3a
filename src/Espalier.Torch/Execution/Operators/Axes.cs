using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Axes of operators, which older operator sets give as attributes and newer ones as inputs.</summary>
internal static class Axes
{
    /// <summary>An axis counted from the front.</summary>
    public static int Normalize(long axis, long rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>Integers given by an input, or by an attribute; null if by neither.</summary>
    public static long[]? Find(in OperatorCall call, int input, string attribute) => call.Optional(input) is null ? call.Attributes.Ints(attribute) : call.Integers(input);

    /// <summary>All axes from the first to the last.</summary>
    public static long[] All(Tensor tensor) => [.. Enumerable.Range(0, (int)tensor.dim()).Select(axis => (long)axis)];

    /// <summary>The product of the sizes of some axes.</summary>
    public static long Product(ReadOnlySpan<long> sizes)
    {
        var product = 1L;
        foreach (var size in sizes) product = checked(product * size);
        return product;
    }

    /// <summary>Indices of which negative ones count from the end, as 64-bit integers from 0 on.</summary>
    public static Tensor Indices(Tensor indices, long size)
    {
        var wide = indices.to(ScalarType.Int64);
        return where(wide.lt(0), wide.add(size), wide);
    }

    /// <summary>A vector along one axis of a rank, of size 1 along the others.</summary>
    public static Tensor Along(Tensor vector, int axis, int rank)
    {
        var shape = new long[rank];
        Array.Fill(shape, 1);
        shape[axis] = vector.numel();
        return vector.reshape(shape);
    }
}
