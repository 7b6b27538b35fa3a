using Espalier.Benchmarks;

return args.FirstOrDefault() switch
{
    "solver" => SolverBenchmark.Run(args[1..]),
    "gram" => GramBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project benchmarks/Espalier.Benchmarks -- solver [--large] | gram [--large]");
    return 2;
}
