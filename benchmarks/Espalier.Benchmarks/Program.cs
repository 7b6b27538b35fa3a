using Espalier.Benchmarks;

return args.FirstOrDefault() switch
{
    "run" => RunBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project benchmarks/Espalier.Benchmarks -- run MODEL DATA [METHOD] [SPARSITY or PATTERN]");
    return 2;
}
