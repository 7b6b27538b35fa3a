using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Reading elements by index. Negative indices count from the end.</summary>
internal static class GatherOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["Gather"] = static (in OperatorCall c) => [Gather(c)];
        table["GatherElements"] = static (in OperatorCall c) => [Elements(c)];
        table["GatherND"] = static (in OperatorCall c) => [Slices(c)];
    }

    private static Tensor Gather(in OperatorCall call)
    {
        var data = call[0];
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), data.dim());
        var indices = Axes.Indices(call[1], data.shape[axis]);
        var flat = data.index_select(axis, indices.reshape(-1));
        return flat.reshape([.. data.shape[..axis], .. indices.shape, .. data.shape[(axis + 1)..]]);
    }

    private static Tensor Elements(in OperatorCall call)
    {
        var axis = Axes.Normalize(call.Attributes.Int("axis", 0), call[0].dim());
        return call[0].gather(axis, Axes.Indices(call[1], call[0].shape[axis]));
    }

    /// <summary>
    /// Data [batch..., indexed..., rest...], indices [batch..., more..., number of indexed axes]; result [batch..., more..., rest...].
    /// </summary>
    private static Tensor Slices(in OperatorCall call)
    {
        var (data, indices) = (call[0], call[1]);
        var batchAxes = (int)call.Attributes.Int("batch_dims", 0);
        var depth = (int)indices.shape[^1];
        var rest = data.shape[(batchAxes + depth)..];
        var rows = LinearIndex(data.shape, indices, batchAxes, depth);
        var table = data.reshape([Axes.Product(data.shape.AsSpan(0, batchAxes + depth)), .. rest]);
        return table.index_select(0, rows.reshape(-1)).reshape([.. indices.shape[..^1], .. rest]);
    }

    /// <summary>
    /// The number of the row that each index tuple names, when the batch and indexed axes of the data are flattened into one.
    /// </summary>
    /// <param name="shape">Shape of the data [batch..., indexed..., rest...].</param>
    /// <param name="indices">[batch..., more..., <paramref name="depth"/>].</param>
    /// <param name="batchAxes">Number of axes that data and indices share.</param>
    /// <param name="depth">Number of indexed axes.</param>
    /// <returns>[batch..., more...].</returns>
    public static Tensor LinearIndex(long[] shape, Tensor indices, int batchAxes, int depth)
    {
        var rank = (int)indices.dim() - 1;
        var row = zeros(indices.shape[..^1], ScalarType.Int64, indices.device);
        for (var axis = 0; axis < batchAxes + depth; axis++)
        {
            var own = axis < batchAxes ? Axes.Along(arange(shape[axis], ScalarType.Int64, indices.device), axis, rank) : Axes.Indices(indices.select(rank, axis - batchAxes), shape[axis]);
            row = row.mul(shape[axis]).add(own);
        }
        return row;
    }
}
