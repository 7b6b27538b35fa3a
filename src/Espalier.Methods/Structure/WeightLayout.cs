using Espalier.Coupling;
using Espalier.Numerics;
using Espalier.Tensors;

namespace Espalier.Methods.Structure;

/// <summary>A weight as a matrix [outputs, channels x taps], however it is stored.</summary>
internal sealed class WeightLayout
{
    private readonly TensorShape _shape;
    private readonly bool _outputsFirst;

    public WeightLayout(Contraction contraction)
    {
        _shape = contraction.Weight.Shape;
        _outputsFirst = contraction.WeightAxis == 1;
        Taps = checked((int)_shape.AsSpan()[2..].ToArray().Aggregate(1L, (a, b) => a * b));
    }

    /// <summary>Features of a channel.</summary>
    public int Taps { get; }

    /// <summary>The matrix.</summary>
    public DoubleMatrix Read(TensorData data)
    {
        var values = data.ToSingles();
        var stored = DoubleMatrix.FromRows(checked((int)_shape[0]), values.Length / checked((int)_shape[0]), [.. values.Select(value => (double)value)]);
        return _outputsFirst ? stored : stored.Transpose();
    }

    /// <summary>The matrix in the weight's own order.</summary>
    public ArrayTensorData Write(DoubleMatrix matrix)
    {
        var stored = _outputsFirst ? matrix : matrix.Transpose();
        return ArrayTensorData.FromSingles(_shape, [.. stored.AsSpan().ToArray().Select(value => (float)value)]);
    }
}
