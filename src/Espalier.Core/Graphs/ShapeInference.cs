using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>Output types and shapes of nodes from those of their inputs; what cannot be known stays null.</summary>
internal static class ShapeInference
{
    /// <summary>Sets type and shape of the node's outputs as far as they follow from its inputs.</summary>
    public static void Infer(Node node)
    {
        if (node.Domain.Length > 0) return;
        var first = node.OptionalInput(0);
        switch (node.OpType)
        {
            case "MatMul":
                Set(node, 0, first?.ElementType, MatMul(first?.Shape, node.OptionalInput(1)?.Shape));
                break;
            case "Transpose":
                Set(node, 0, first?.ElementType, Permute(first?.Shape, node.Attributes.Ints("perm")));
                break;
            case "Gather":
                Set(node, 0, first?.ElementType, Gather(first?.Shape, node.OptionalInput(1)?.Shape, (int)node.Attributes.Int("axis", 0)));
                break;
            case "Attention":
                Attention(node);
                break;
            case "Reshape":
                Set(node, 0, first?.ElementType, Reshape(first?.Shape, node.OptionalInput(1)?.Parameter?.Data));
                break;
            case "Unsqueeze":
                Set(node, 0, first?.ElementType, Unsqueeze(first?.Shape, node.OptionalInput(1)?.Parameter?.Data));
                break;
            case "Shape":
                Set(node, 0, ElementType.I64, first?.Shape is { } known ? [(Dim)(long)known.Count] : null);
                break;
            case "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" or "And" or "Or":
                Set(node, 0, ElementType.Bool, Broadcast(first?.Shape, node.OptionalInput(1)?.Shape));
                break;
            case "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min":
                Set(node, 0, first?.ElementType, Broadcast(first?.Shape, node.OptionalInput(1)?.Shape));
                break;
            case "RMSNormalization" or "RotaryEmbedding" or "Swish" or "Sigmoid" or "Gelu" or "Relu" or "Tanh" or "Cos" or "Sin" or "Identity":
                Set(node, 0, first?.ElementType, first?.Shape);
                break;
        }
    }

    private static void Set(Node node, int index, ElementType? type, IReadOnlyList<Dim>? shape)
    {
        if (index >= node.Outputs.Count || node.Outputs[index] is not { } output) return;
        output.ElementType = type;
        output.Shape = shape;
    }

    private static IReadOnlyList<Dim>? MatMul(IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        if (a is null || b is null || a.Count < 2 || b.Count < 2) return null;
        var batch = Broadcast([.. a.SkipLast(2)], [.. b.SkipLast(2)]);
        return batch is null ? null : [.. batch, a[^2], b[^1]];
    }

    private static IReadOnlyList<Dim>? Permute(IReadOnlyList<Dim>? shape, long[]? permutation)
    {
        if (shape is null) return null;
        return permutation is null ? [.. shape.Reverse()] : [.. permutation.Select(axis => shape[(int)axis])];
    }

    private static IReadOnlyList<Dim>? Gather(IReadOnlyList<Dim>? data, IReadOnlyList<Dim>? indices, int axis)
    {
        if (data is null || indices is null) return null;
        if (axis < 0) axis += data.Count;
        return [.. data.Take(axis), .. indices, .. data.Skip(axis + 1)];
    }

    /// <summary>Attention-23: the outputs follow Q; keys and values grow by the past.</summary>
    private static void Attention(Node node)
    {
        var query = node.Input(0);
        var value = node.Input(2);
        if (query.Shape is not { Count: 3 } shape || value.Shape is not { Count: 3 } valueShape) return;
        var heads = node.Attributes.Int("q_num_heads", 0);
        var kvHeads = node.Attributes.Int("kv_num_heads", 0);
        if (heads <= 0 || kvHeads <= 0 || valueShape[2].Size is not { } valueWidth || node.OptionalInput(1)?.Shape?[2].Size is not { } keyWidth) return;
        Set(node, 0, query.ElementType, [shape[0], shape[1], heads * (valueWidth / kvHeads)]);
        var total = node.OptionalInput(4) is null ? valueShape[1] : "total_sequence";
        Set(node, 1, query.ElementType, [shape[0], kvHeads, total, keyWidth / kvHeads]);
        Set(node, 2, query.ElementType, [shape[0], kvHeads, total, valueWidth / kvHeads]);
    }

    private static IReadOnlyList<Dim>? Reshape(IReadOnlyList<Dim>? shape, TensorData? target)
    {
        if (shape is null || target is null) return null;
        var sizes = new long[target.ElementCount];
        target.ReadInt64(0, sizes);
        var result = new Dim[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == 0 && i >= shape.Count) return null;
            result[i] = sizes[i] switch { 0 => shape[i], -1 => Dim.Unknown, _ => sizes[i] };
        }
        var free = Array.IndexOf(sizes, -1);
        if (free < 0) return result;
        // The free axis is known when what is not copied has fixed sizes on both sides.
        var copied = Enumerable.Range(0, sizes.Length).Where(i => sizes[i] == 0).ToHashSet();
        var left = 1L;
        for (var i = 0; i < shape.Count; i++)
        {
            if (copied.Contains(i)) continue;
            if (shape[i].Size is not { } size) return result;
            left *= size;
        }
        var right = sizes.Where(size => size > 0).Aggregate(1L, (product, size) => product * size);
        if (right > 0 && left % right == 0) result[free] = left / right;
        return result;
    }

    private static IReadOnlyList<Dim>? Unsqueeze(IReadOnlyList<Dim>? shape, TensorData? axes)
    {
        if (shape is null || axes is null) return null;
        var positions = new long[axes.ElementCount];
        axes.ReadInt64(0, positions);
        var rank = shape.Count + positions.Length;
        var inserted = positions.Select(axis => (int)(axis < 0 ? axis + rank : axis)).ToHashSet();
        var rest = new Queue<Dim>(shape);
        return [.. Enumerable.Range(0, rank).Select(axis => inserted.Contains(axis) ? 1 : rest.Dequeue())];
    }

    private static IReadOnlyList<Dim>? Broadcast(IReadOnlyList<Dim>? a, IReadOnlyList<Dim>? b)
    {
        if (a is null || b is null) return null;
        var rank = Math.Max(a.Count, b.Count);
        var result = new Dim[rank];
        for (var i = 0; i < rank; i++)
        {
            Dim left = i < rank - a.Count ? 1 : a[i - rank + a.Count];
            Dim right = i < rank - b.Count ? 1 : b[i - rank + b.Count];
            // Of two different symbols, or a symbol and an unknown axis, either may turn out to be 1: nothing is known about the result.
            if (left.Size == 1) result[i] = right;
            else if (right.Size == 1 || left == right || left.Size is not null) result[i] = left;
            else result[i] = right.Size is not null ? right : Dim.Unknown;
        }
        return result;
    }
}
