using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Espalier.Numerics;
using Espalier.Sparsity;

namespace Espalier.Solvers;

/// <summary>
/// One run of SparseGPT over a layer. Rows of the weight lie in lanes: strips of TileColumns rows, each [column][row]. With D = original minus new
/// weights of the columns done, the compensated weights of the next block are W1 = W + (D R[:, block]) U_block, U_block the inverse of the block of R on
/// the diagonal. This is the official update -Err U with Err = D R and U R = I put in, and it needs no inverse of H.
/// </summary>
internal sealed unsafe class SparseGptSweep : IDisposable
{
    /// <summary>Columns whose products with the columns done are formed together: D is read once for all of them.</summary>
    private const int OuterColumns = 512;

    /// <summary>Terms of those products at a time: 512 x 256 floats of R are half of a second-level cache.</summary>
    private const int Depth = 256;

    private readonly Matrix _weight;
    private readonly SparseGptFactor _factor;
    private readonly SparseGptSettings _settings;
    private readonly KernelSettings _run;
    private readonly KernelSet _kernels;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _lanes;
    private readonly int _strips;
    private readonly int _block;
    private readonly int _blocks;
    private readonly Mask _mask;
    private readonly RowGrid? _grid;
    private readonly double[] _losses;
    private readonly NativeBuffer _difference;
    private readonly NativeBuffer _product;
    private readonly NativeBuffer _scores;
    private readonly NativeBuffer _packed;
    private readonly NativeBuffer _triangle;
    private readonly NativeBuffer _triangleStrips;
    private readonly NativeBuffer _diagonal;

    public SparseGptSweep(Matrix weight, SparseGptFactor factor, SparseGptSettings settings, KernelSettings run)
    {
        (_weight, _factor, _settings, _run) = (weight, factor, settings, run);
        (_rows, _columns) = (weight.Rows, weight.Columns);
        _kernels = KernelSet.For(run.Level);
        _lanes = _kernels.TileColumns;
        _strips = (_rows + _lanes - 1) / _lanes;
        _block = Math.Min(settings.BlockSize, Math.Max(1, _columns));
        _blocks = Math.Min(Math.Max(1, OuterColumns / BlockRows), (_columns + _block - 1) / _block);
        _mask = new Mask(_rows, _columns);
        _grid = settings.Quantizer is { } quantizer ? RowGrid.Fit(weight, quantizer) : null;
        _losses = new double[_strips];
        var strips = (long)_strips * _lanes;
        _difference = new NativeBuffer(strips * _columns);
        _product = new NativeBuffer(strips * ProductRows);
        _scores = new NativeBuffer(strips * _block);
        _packed = new NativeBuffer((long)ProductRows * Depth);
        _triangle = new NativeBuffer((long)_block * _block);
        _triangleStrips = new NativeBuffer((long)BlockRows * _block);
        _diagonal = new NativeBuffer(_block);
    }

    /// <summary>Places for the columns of a block: whole tiles of eight.</summary>
    private int BlockRows => (_block + KernelSet.TileRows - 1) / KernelSet.TileRows * KernelSet.TileRows;

    /// <summary>Places for the columns of all blocks whose products are formed together.</summary>
    private int ProductRows => _blocks * BlockRows;

    public SparseGptResult Run(double factorSeconds, CancellationToken cancellation)
    {
        long select = 0, inner = 0, trailing = 0;
        for (var outer = 0; outer < _columns; outer += _blocks * _block)
        {
            var outerEnd = Math.Min(_columns, outer + (_blocks * _block));
            var start = Stopwatch.GetTimestamp();
            _product.Clear();
            AddProducts(0, outer, outer, outer, outerEnd);
            trailing += Lap(ref start);
            for (var first = outer; first < outerEnd; first += _block)
            {
                cancellation.ThrowIfCancellationRequested();
                var end = Math.Min(outerEnd, first + _block);
                PrepareTriangle(first, end);
                _run.For(_strips, strip => Enter(strip, outer, first, end));
                inner += Lap(ref start);
                var threshold = Threshold(first, end);
                select += Lap(ref start);
                _run.For(_strips, strip => Sweep(strip, outer, first, end, threshold));
                inner += Lap(ref start);
                AddProducts(first, end, outer, end, outerEnd);
                trailing += Lap(ref start);
            }
        }
        return new()
        {
            Mask = _mask,
            PredictedLoss = _losses.Sum() / 2,
            DampingUsed = _factor.DampingUsed,
            DampingEscalations = _factor.DampingEscalations,
            DeadInputs = _factor.DeadInputs,
            Grid = _grid,
            Seconds = new(factorSeconds, Seconds(select), Seconds(inner), Seconds(trailing)),
        };
    }

    public void Dispose()
    {
        foreach (var buffer in (NativeBuffer[])[_difference, _product, _scores, _packed, _triangle, _triangleStrips, _diagonal]) buffer.Dispose();
    }

    /// <summary>Adds D[:, from..to] R[from..to, left..right] to the products of the outer block that starts at <paramref name="outer"/>.</summary>
    private void AddProducts(int from, int to, int outer, int left, int right)
    {
        if (left >= right) return;
        var r = new Gemm.Operand(_factor.R.Pointer, _columns, rowwise: false);
        for (var k0 = from; k0 < to; k0 += Depth)
        {
            var depth = Math.Min(Depth, to - k0);
            // Blocks start at a new tile, so that no tile holds columns of two blocks.
            var places = 0;
            for (var block = left; block < right; block += _block, places += BlockRows)
                r.Pack(block, Math.Min(_block, right - block), KernelSet.TileRows, k0, depth, _packed.Pointer + ((long)places * depth), _run);
            var start = k0;
            _run.For(_strips, strip =>
            {
                var d = InLanes(_difference, strip, _columns, start);
                var p = InLanes(_product, strip, ProductRows, Place(left, outer));
                for (var t = 0; t < places; t += KernelSet.TileRows)
                    _kernels.Tile(depth, _packed.Pointer + ((long)t * depth), d, p + ((long)t * _lanes), _lanes, TileMode.Add);
            });
        }
    }

    /// <summary>Where the columns from <paramref name="first"/>, the start of a block, stand among the products.</summary>
    private int Place(int first, int outer) => (first - outer) / _block * BlockRows;

    /// <summary>The address of a column of a strip in a buffer that has <paramref name="columns"/> columns per strip.</summary>
    private float* InLanes(NativeBuffer buffer, int strip, int columns, int column) => buffer.Pointer + ((((long)strip * columns) + column) * _lanes);

    /// <summary>Inverts the block of R on the diagonal, and packs it for the product with it.</summary>
    private void PrepareTriangle(int first, int end)
    {
        var size = end - first;
        var u = _triangle.Pointer;
        TriangularInverse.Upper(_factor.R.Pointer + ((long)first * _columns) + first, _columns, size, u, _block);
        for (var i = 0; i < size; i++) _diagonal.Pointer[i] = u[(i * _block) + i];
        var operand = new Gemm.Operand(u, _block, rowwise: false);
        operand.Pack(0, size, KernelSet.TileRows, 0, size, _triangleStrips.Pointer, KernelSettings.Default);
    }

    /// <summary>Brings a strip of the block into lanes, compensates it for the columns done, and scores it.</summary>
    private void Enter(int strip, int outer, int first, int end)
    {
        var size = end - first;
        var row = strip * _lanes;
        var valid = Math.Min(_lanes, _rows - row);
        foreach (var dead in _factor.DeadInputs)
        {
            if (dead < first || dead >= end) continue;
            for (var r = row; r < row + valid; r++) _weight[r, dead] = 0f;
        }
        var original = InLanes(_difference, strip, _columns, first);
        Packing.Transposed(_weight.Pointer + ((long)row * _columns) + first, _columns, valid, _lanes, size, original);
        var current = InLanes(_product, strip, ProductRows, Place(first, outer));
        // W1 = W + P U, in the place of P: U is triangular, so columns j..j+7 need the terms up to j+7, and the last tile goes first.
        for (var j = (size - 1) / KernelSet.TileRows * KernelSet.TileRows; j >= 0; j -= KernelSet.TileRows)
        {
            var depth = Math.Min(size, j + KernelSet.TileRows);
            _kernels.Tile(depth, _triangleStrips.Pointer + ((long)j * size), current, current + ((long)j * _lanes), _lanes, TileMode.Overwrite);
        }
        TensorPrimitives.Add(new ReadOnlySpan<float>(original, size * _lanes), new Span<float>(current, size * _lanes), new Span<float>(current, size * _lanes));
        if (_settings.GivenMask is { } given) MarkGiven(given, strip, first, end);
        else if (_settings.Pattern.Kind == PatternKind.Unstructured) Score(strip, current, size, valid);
    }

    private void Score(int strip, float* current, int size, int valid)
    {
        var scores = _scores.Pointer + ((long)strip * size * _lanes);
        _kernels.Scores(current, _diagonal.Pointer, size, scores);
        // Lanes beyond the last row rank behind everything, so they do not disturb the threshold.
        for (var i = 0; i < size && valid < _lanes; i++) new Span<float>(scores + ((long)i * _lanes) + valid, _lanes - valid).Fill(float.PositiveInfinity);
    }

    private void MarkGiven(Mask given, int strip, int first, int end)
    {
        var scores = _scores.Pointer + ((long)strip * (end - first) * _lanes);
        for (var lane = 0; lane < _lanes; lane++)
        {
            var row = (strip * _lanes) + lane;
            for (var j = first; j < end; j++) scores[((j - first) * _lanes) + lane] = row >= _rows || given[row, j] ? 1f : -1f;
        }
    }

    /// <summary>The score up to which weights of the block are pruned; 0 where the scores are marks already.</summary>
    private float Threshold(int first, int end)
    {
        if (_settings.GivenMask is not null || _settings.Pattern.Kind != PatternKind.Unstructured) return 0f;
        var size = end - first;
        var total = (long)_rows * size;
        var count = (long)(total * _settings.Sparsity);
        var exact = _settings.SelectionRule == SelectionRule.ExactCount;
        if (total == 0 || _settings.Sparsity == 0 || (exact && count == 0)) return -1f;
        var padded = (long)_strips * _lanes * size;
        var threshold = RadixSelect.Select(_scores.Pointer, padded, exact ? count - 1 : count);
        if (exact) SpareTies(size, count, threshold);
        return threshold;
    }

    /// <summary>Leaves only as many scores at the threshold as the exact count wants, in row-major order.</summary>
    private void SpareTies(int size, long count, float threshold)
    {
        var scores = _scores.Pointer;
        var ties = count;
        for (long i = 0; i < (long)_strips * _lanes * size; i++) ties -= scores[i] < threshold ? 1 : 0;
        for (var row = 0; row < _rows; row++)
        {
            var lane = scores + ((long)(row / _lanes) * size * _lanes) + (row % _lanes);
            for (var j = 0; j < size; j++, lane += _lanes)
            {
                if (*lane == threshold && ties-- <= 0) *lane = float.PositiveInfinity;
            }
        }
    }

    private void Sweep(int strip, int outer, int first, int end, float threshold)
    {
        var size = end - first;
        var row = strip * _lanes;
        var width = _kernels.Width;
        using var errors = new NativeBuffer((long)size * width);
        using var bits = new NativeBuffer(size);
        var scale = stackalloc float[width];
        var zero = stackalloc float[width];
        var weights = InLanes(_product, strip, ProductRows, Place(first, outer));
        double loss = 0;
        for (var v = 0; v < KernelSet.TileVectors && row + (v * width) < _rows; v++)
        {
            var lane = v * width;
            for (var i = 0; i < width && _grid is not null; i++)
            {
                var r = Math.Min(_rows - 1, row + lane + i);
                (scale[i], zero[i]) = (_grid.Scale[r], _grid.Zero[r]);
            }
            var arguments = new SweepArguments
            {
                Weights = weights + lane,
                Difference = InLanes(_difference, strip, _columns, first) + lane,
                Scores = _scores.Pointer + ((long)strip * size * _lanes) + lane,
                Errors = errors.Pointer,
                PrunedBits = (uint*)bits.Pointer,
                Factor = _triangle.Pointer,
                GridScale = _grid is null ? null : scale,
                GridZero = zero,
                Threshold = threshold,
                MaxLevel = _grid?.MaxLevel ?? 0,
                Columns = size,
                LaneStride = _lanes,
                FactorStride = _block,
                Group = _settings.GivenMask is null ? _settings.Pattern.Group : 0,
                PrunedPerGroup = _settings.Pattern.Group - _settings.Pattern.Kept,
            };
            loss += _kernels.Sweep(arguments);
            WriteMask(row + lane, first, size, arguments.PrunedBits);
        }
        _losses[strip] += loss;
        Packing.Restore(weights, _lanes, Math.Min(_lanes, _rows - row), size, _weight.Pointer + ((long)row * _columns) + first, _columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteMask(int row, int first, int size, uint* pruned)
    {
        for (var i = 0; i < _kernels.Width && row + i < _rows; i++)
        {
            var words = _mask.RowWords(row + i);
            for (var j = 0; j < size;)
            {
                var column = first + j;
                var word = 0UL;
                var take = Math.Min(size - j, 64 - (column & 63));
                for (var b = 0; b < take; b++) word |= (ulong)(~pruned[j + b] >> i & 1) << b;
                words[column >> 6] |= word << (column & 63);
                j += take;
            }
        }
    }

    private static long Lap(ref long start)
    {
        var now = Stopwatch.GetTimestamp();
        var lap = now - start;
        start = now;
        return lap;
    }

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
