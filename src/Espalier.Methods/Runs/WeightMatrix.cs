using Espalier.Graphs;
using Espalier.Numerics;
using Espalier.Tensors;

namespace Espalier.Methods.Runs;

/// <summary>Between stored weights and matrices [outputs, inputs].</summary>
internal static class WeightMatrix
{
    /// <summary>Reads a layer's weight in 32-bit floats. That all are finite, <see cref="WeightScan"/> has made sure.</summary>
    public static Matrix Read(LinearLayer layer)
    {
        var data = layer.Weight.Data;
        var stored = new Matrix(checked((int)data.Shape[0]), checked((int)data.Shape[1]));
        try
        {
            data.ReadSingle(0, stored.AsSpan());
            return layer.OutputsFirst ? stored : Transpose(stored);
        }
        catch
        {
            stored.Dispose();
            throw;
        }
    }

    /// <summary>The matrix in the checkpoint's layout, rounded to a type; the matrix itself is rounded too, so that what follows sees what is written.</summary>
    public static TensorData Round(Matrix weight, LinearLayer layer, ElementType type)
    {
        using var transposed = layer.OutputsFirst ? null : Transpose(weight);
        var values = (transposed ?? weight).AsSpan();
        var raw = new byte[values.Length * (long)type.Size()];
        ElementConversion.FromSingle(type, values, raw);
        ElementConversion.ToSingle(type, raw, values);
        return ArrayTensorData.FromBytes(type, layer.Weight.Shape, raw);
    }

    private static Matrix Transpose(Matrix source)
    {
        var result = new Matrix(source.Columns, source.Rows);
        for (var i = 0; i < source.Rows; i++)
        {
            var row = source.Row(i);
            for (var j = 0; j < row.Length; j++) result[j, i] = row[j];
        }
        return result;
    }
}
