namespace Espalier.Numerics;

/// <summary>
/// Scaled dot-product attention softmax(scale Q K^T) V without gradients. A tile of queries lies in the lanes, so the scores of a tile come out in the
/// layout that the second product reads; nothing of size queries x keys is held, and keys that no query of a tile may see are not computed.
/// </summary>
public static unsafe class AttentionKernel
{
    /// <summary>Head sizes are multiples of this.</summary>
    public const int HeadMultiple = KernelSet.TileRows;

    /// <summary>Mixes the values of the keys that each query sees.</summary>
    /// <param name="query">Queries x (heads x headDim), contiguous, one sequence.</param>
    /// <param name="key">Keys x (kvHeads x headDim), contiguous.</param>
    /// <param name="value">Keys x (kvHeads x headDim), contiguous.</param>
    /// <param name="mixed">Receives queries x (heads x headDim).</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="threads">Threads; the result does not depend on their number.</param>
    /// <exception cref="UsageException">The sizes do not fit together.</exception>
    public static void Mix(float* query, float* key, float* value, float* mixed, AttentionShape shape, int threads) =>
        Mix(query, key, value, mixed, shape, new KernelSettings { Threads = threads });

    internal static void Mix(float* query, float* key, float* value, float* mixed, AttentionShape shape, KernelSettings settings)
    {
        shape.Validate();
        if (shape.Queries == 0 || shape.Keys == 0) return;
        var kernels = KernelSet.For(settings.Level);
        var (dim, paddedKeys) = (shape.HeadDim, RoundUp(shape.Keys, KernelSet.TileRows));
        var perHead = (long)paddedKeys * dim;
        using var keys = new NativeBuffer(perHead * shape.KvHeads);
        using var values = new NativeBuffer(perHead * shape.KvHeads);
        var packedKeys = keys.Pointer;
        var packedValues = values.Pointer;
        settings.For(shape.KvHeads, head =>
        {
            Pack(key + (head * dim), shape, packedKeys + (head * perHead));
            // Strips of eight components, each [key][component].
            Packing.Natural(value + (head * dim), shape.KeyStride, dim, KernelSet.TileRows, shape.Keys, packedValues + (head * perHead));
        });
        var tiles = (shape.Queries + kernels.TileColumns - 1) / kernels.TileColumns;
        settings.For(shape.Heads * tiles, i =>
        {
            // Late tiles of causal attention see the most keys: they come first, so that threads end together.
            var (head, first) = (i % shape.Heads, (tiles - 1 - (i / shape.Heads)) * kernels.TileColumns);
            var shared = head / (shape.Heads / shape.KvHeads) * perHead;
            var offset = (first * shape.QueryStride) + (head * dim);
            Tile(kernels, query + offset, packedKeys + shared, packedValues + shared, mixed + offset, shape, first);
        });
    }

    /// <summary>Strips of eight keys, each [component][key].</summary>
    private static void Pack(float* key, AttentionShape shape, float* packed)
    {
        const int strip = KernelSet.TileRows;
        for (var first = 0; first < shape.Keys; first += strip)
            Packing.Transposed(key + (first * shape.KeyStride), shape.KeyStride, Math.Min(strip, shape.Keys - first), strip, shape.HeadDim, packed + ((long)first * shape.HeadDim));
    }

    private static void Tile(KernelSet kernels, float* query, float* keys, float* values, float* mixed, AttentionShape shape, int first)
    {
        var (lanes, dim) = (kernels.TileColumns, shape.HeadDim);
        var valid = Math.Min(lanes, shape.Queries - first);
        var visible = shape.Causal ? Math.Min(shape.Keys, first + lanes) : shape.Keys;
        using var work = new NativeBuffer((long)lanes * (dim + dim + RoundUp(visible, KernelSet.TileRows) + 1));
        var q = work.Pointer;
        var outputs = q + (dim * lanes);
        var sums = outputs + (dim * lanes);
        var scores = sums + lanes;
        Packing.Transposed(query, shape.QueryStride, valid, lanes, dim, q);
        // Powers of two are cheaper than powers of e.
        var scaled = new Span<float>(q, dim * lanes);
        System.Numerics.Tensors.TensorPrimitives.Multiply(scaled, (float)(shape.Scale / Math.Log(2)), scaled);
        for (var j = 0; j < visible; j += KernelSet.TileRows) kernels.Tile(dim, keys + ((long)j * dim), q, scores + ((long)j * lanes), lanes, TileMode.Overwrite);
        if (shape.Causal)
        {
            for (var j = first + 1; j < visible; j++) new Span<float>(scores + ((long)j * lanes), j - first).Fill(float.NegativeInfinity);
        }
        kernels.Exponentials(scores, visible, sums);
        if (shape.Causal)
        {
            // Exactly nothing of what is not seen, where the exponential leaves 2^-125.
            for (var j = first + 1; j < visible; j++) new Span<float>(scores + ((long)j * lanes), j - first).Clear();
        }
        for (var d = 0; d < dim; d += KernelSet.TileRows) kernels.Tile(visible, values + ((long)d * shape.Keys), scores, outputs + (d * lanes), lanes, TileMode.Overwrite);
        for (var d = 0; d < dim; d++)
        {
            var row = new Span<float>(outputs + (d * lanes), lanes);
            System.Numerics.Tensors.TensorPrimitives.Divide(row, new ReadOnlySpan<float>(sums, lanes), row);
        }
        Packing.Restore(outputs, lanes, valid, dim, mixed, shape.QueryStride);
    }

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
