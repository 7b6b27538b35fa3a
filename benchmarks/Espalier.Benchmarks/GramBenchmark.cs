using System.Globalization;
using Espalier.Numerics;
using Espalier.Torch.Loading;
using static TorchSharp.torch;

namespace Espalier.Benchmarks;

/// <summary>
/// Our accumulation of H beside the official add_batch on libtorch, one thread: H is rescaled, the batch (samples of 1024 tokens) is
/// transposed and scaled by
/// the root of 2/n, and X X^T is added.
/// </summary>
internal static class GramBenchmark
{
    private const int Tokens = 1024;

    public static int Run(string[] args)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        Console.WriteLine("H += X^T X, batches of 1024 tokens, one thread, CPU milliseconds per batch (median)");
        Console.WriteLine("     n   official ops      ours   ratio   our useful GF/s (n (n + 1) per token)");
        foreach (var n in args.Contains("--large") ? (int[])[576, 1024, 1536, 2048, 4096] : [576, 1024, 1536, 2048]) Compare(n);
        return 0;
    }

    internal static Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.AsSpan()) value = (random.NextSingle() * 2) - 1;
        return matrix;
    }

    private static void Compare(int n)
    {
        var batches = Math.Max(2, 4096 / n);
        using var x = Random(Tokens, n, 1);
        using var torchX = tensor(x.AsSpan().ToArray(), [Tokens, n]);
        using var h = zeros(n, n);
        using var gram = new GramAccumulator(n);
        var samples = 0;
        var (official, ours) = CpuTime.Medians(9,
            () =>
            {
                for (var b = 0; b < batches; b++)
                {
                    using var scope = NewDisposeScope();
                    h.mul_((double)samples / (samples + 1));
                    samples++;
                    var scaled = torchX.t() * Math.Sqrt(2.0 / samples);
                    h.add_(scaled.matmul(scaled.t()));
                }
            },
            () =>
            {
                for (var b = 0; b < batches; b++) gram.Add(x);
            });
        var speed = (double)Tokens * n * (n + 1) * batches / ours / 1e9;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{n,6}{official * 1e3 / batches,15:F2}{ours * 1e3 / batches,10:F2}{official / ours,8:F2}{speed,10:F1}"));
    }
}
