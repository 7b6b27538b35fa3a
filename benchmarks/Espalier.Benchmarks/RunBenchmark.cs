using System.Diagnostics;
using System.Globalization;
using Espalier.Methods.Runs;
using Espalier.Recipes;
using Espalier.Torch.Loading;
using TorchSharp;

namespace Espalier.Benchmarks;

/// <summary>
/// A whole pruning run on one thread, in units of one f32 product 4096 x 4096 x 4096 by libtorch in the same process ("GEMM units"), so that
/// machines compare. Arguments: MODEL DATA [METHOD] [SPARSITY or PATTERN] [SAMPLES].
/// </summary>
internal static class RunBenchmark
{
    public static int Run(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("run MODEL DATA [METHOD] [SPARSITY or PATTERN] [SAMPLES]");
            return 2;
        }
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1);
        var target = args.Length > 3 ? args[3] : "0.5";
        var isPattern = target.Contains(':', StringComparison.Ordinal);
        var recipe = new PruneRecipe
        {
            Model = args[0],
            Data = args[1],
            Method = args.Length > 2 ? args[2] : "sparsegpt",
            Pattern = isPattern ? target : "unstructured",
            Sparsity = isPattern ? null : double.Parse(target, CultureInfo.InvariantCulture),
            Samples = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 32,
            Threads = 1,
        };
        var unitBefore = Unit();
        var output = Path.Combine(Path.GetTempPath(), $"espalier-run-benchmark-{Environment.ProcessId}");
        try
        {
            using var run = PruningRun.Open(recipe, output);
            var memory = run.Memory;
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var report = run.Execute();
            var seconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
            var unit = (unitBefore + Unit()) / 2;
            string Units(double s) => (s / unit).ToString("F1", CultureInfo.InvariantCulture);
            Console.WriteLine(FormattableString.Invariant($"{recipe.Method} {target} on {Path.GetFileName(Path.GetFullPath(recipe.Model))}, {report.CalibrationSamples} x {report.CalibrationLength} tokens, one thread"));
            Console.WriteLine(FormattableString.Invariant($"unit: one 4096^3 f32 product = {unit:F3} CPU s ({137.4 / unit:F0} GF/s)"));
            Console.WriteLine($"total      {Units(seconds),7} units CPU ({seconds:F1} s), {Units(report.Time.Total)} units wall");
            Console.WriteLine($"  forward    {Units(report.Time.Forward),7}");
            Console.WriteLine($"  statistics {Units(report.Time.Statistics),7}");
            Console.WriteLine($"  solve      {Units(report.Time.Solve),7}");
            Console.WriteLine($"  write      {Units(report.Time.Write),7}");
            Console.WriteLine(FormattableString.Invariant($"peak memory {report.PeakMemoryBytes / 1e6:F0} MB above the start; forecast {memory.Peak / 1e6:F0} MB (block {memory.Block / 1e6:F0}, statistics {memory.Statistics / 1e6:F0}, activations {memory.Activations / 1e6:F0})"));
            return 0;
        }
        finally
        {
            if (Directory.Exists(output)) Directory.Delete(output, recursive: true);
        }
    }

    /// <summary>CPU seconds of one product, the median of five after a warm-up.</summary>
    private static double Unit()
    {
        using var noGrad = torch.no_grad();
        using var a = torch.randn(4096, 4096);
        using var b = torch.randn(4096, 4096);
        var times = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            var start = Process.GetCurrentProcess().TotalProcessorTime;
            using var product = a.matmul(b);
            times.Add((Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds);
        }
        return times.Skip(1).Order().ElementAt(2);
    }
}
