using System.Globalization;
using Espalier.Numerics;
using Espalier.Solvers;
using Espalier.Sparsity;
using Espalier.Torch.Loading;
using static TorchSharp.torch;

namespace Espalier.Benchmarks;

/// <summary>
/// Our SparseGPT beside the sequence of operations of the official code on libtorch, at 50 %, block 128, damping 0.01, on one thread:
/// Cholesky, its inverse,
/// Cholesky again, a sort per column block, a loop over columns with outer products, and the lazy product with the rest.
/// </summary>
internal static class SolverBenchmark
{
    public static int Run(string[] args)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        Console.WriteLine("SparseGPT 50 %, n x n, one thread, CPU seconds (median)");
        Console.WriteLine("     n   official ops      ours   ratio   masks differ   our memory beyond W and H (n*n*4 bytes)");
        foreach (var n in args.Contains("--large") ? (int[])[1024, 2048, 4096] : [1024, 2048]) Compare(n, n > 2048 ? 3 : 5);
        return 0;
    }

    private static void Compare(int n, int runs)
    {
        using var w = GramBenchmark.Random(n, n, 1);
        using var h = Hessian(n);
        using var torchW = tensor(w.AsSpan().ToArray(), [n, n]);
        using var torchH = tensor(h.AsSpan().ToArray(), [n, n]);
        Mask? mask = null;
        var different = 0L;
        var memory = 0L;
        var (official, ours) = CpuTime.Medians(runs,
            () =>
            {
                using var scope = NewDisposeScope();
                var (_, weights) = Official(torchW.clone(), torchH.clone(), 0.5, 128, 0.01);
                if (mask is not null) different = Differing(weights, mask);
            },
            () =>
            {
                using var weights = w.Clone();
                using var consumed = h.Clone();
                NativeBuffer.ResetPeak();
                mask = SparseGptSolver.Solve(weights, consumed, new SparseGptSettings()).Mask;
                memory = NativeBuffer.PeakBytes;
            });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{n,6}{official,15:F3}{ours,10:F3}{official / ours,8:F2}{different,15}{memory / (4.0 * n * n),20:F3}"));
    }

    /// <summary>H from twice as many correlated samples as inputs, as a layer would see them.</summary>
    private static Matrix Hessian(int n)
    {
        using var x = GramBenchmark.Random(2 * n, n, 2);
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            for (var j = 1; j < n; j++) row[j] += 0.5f * row[j - 1];
        }
        using var gram = new GramAccumulator(n);
        gram.Add(x);
        return gram.Take(2f / x.Rows);
    }

    private static (double Loss, Tensor Weights) Official(Tensor w, Tensor h, double sparsity, int blockSize, double damping)
    {
        var (rows, columns) = (w.shape[0], w.shape[1]);
        var diagonal = h.diagonal();
        var dead = diagonal == 0;
        diagonal.masked_fill_(dead, 1);
        w.index_fill_(1, dead.nonzero().flatten(), 0);
        diagonal.add_(damping * diagonal.mean());
        h = linalg.cholesky(h);
        h = cholesky_inverse(h);
        var inverse = linalg.cholesky(h).t().contiguous();
        var losses = zeros(rows);
        for (long i1 = 0; i1 < columns; i1 += blockSize)
        {
            using var scope = NewDisposeScope();
            var i2 = Math.Min(columns, i1 + blockSize);
            var w1 = w.slice(1, i1, i2, 1).clone();
            var q1 = zeros_like(w1);
            var errors = zeros_like(w1);
            var losses1 = zeros_like(w1);
            var inverse1 = inverse.slice(0, i1, i2, 1).slice(1, i1, i2, 1);
            var scores = w1.square() / inverse1.diagonal().reshape(1, -1).square();
            var threshold = scores.flatten().sort().Values[(long)(scores.numel() * sparsity)];
            var pruned = scores <= threshold;
            for (long i = 0; i < i2 - i1; i++)
            {
                using var column = NewDisposeScope();
                var weight = w1.select(1, i);
                var d = inverse1[i, i];
                var q = weight.clone();
                q.masked_fill_(pruned.select(1, i), 0);
                q1.select(1, i).copy_(q);
                losses1.select(1, i).copy_((weight - q).square() / d.square());
                var error = (weight - q) / d;
                w1.slice(1, i, i2 - i1, 1).sub_(error.unsqueeze(1).matmul(inverse1.select(0, i).slice(0, i, i2 - i1, 1).unsqueeze(0)));
                errors.select(1, i).copy_(error);
            }
            w.slice(1, i1, i2, 1).copy_(q1);
            losses.add_(losses1.sum(1) / 2);
            if (i2 < columns) w.slice(1, i2, columns, 1).sub_(errors.matmul(inverse.slice(0, i1, i2, 1).slice(1, i2, columns, 1)));
        }
        return (losses.sum().item<float>(), w);
    }

    private static long Differing(Tensor weights, Mask mask)
    {
        var values = weights.data<float>().ToArray();
        long count = 0;
        for (var i = 0; i < mask.Rows; i++)
            for (var j = 0; j < mask.Columns; j++) count += mask[i, j] == (values[((long)i * mask.Columns) + j] != 0f) ? 0 : 1;
        return count;
    }
}
