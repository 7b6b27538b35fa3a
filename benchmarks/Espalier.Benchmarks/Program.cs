using Espalier.Benchmarks;

return args.FirstOrDefault() switch
{
    "run" => RunBenchmark.Run(args[1..]),
    "solver" => SolverBenchmark.Run(args[1..]),
    "gram" => GramBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project benchmarks/Espalier.Benchmarks -- ...
          run MODEL DATA [METHOD] [SPARSITY or PATTERN] [SAMPLES]
                                                  a whole pruning run, in GEMM units
          solver [--large]                                our SparseGPT beside the official operations
          gram [--large]                                  our Gram product beside the official accumulation
        """);
    return 2;
}
