using Espalier.Recipes;
using Espalier.Reports;

namespace Espalier.Core.Tests.Reports;

/// <summary>Synthetic reports of the size and shape of a small LLaMA: 30 blocks of 7 layers.</summary>
internal static class SampleReports
{
    public const int Blocks = 30;
    public const int Bins = 64;

    private static readonly (string Kind, int Rows, int Columns, double Scale)[] Kinds =
    [
        ("self_attn.q_proj", 576, 576, 0.09), ("self_attn.k_proj", 192, 576, 0.11), ("self_attn.v_proj", 192, 576, 0.05), ("self_attn.o_proj", 576, 576, 0.04),
        ("mlp.gate_proj", 1536, 576, 0.06), ("mlp.up_proj", 1536, 576, 0.055), ("mlp.down_proj", 576, 1536, 0.05),
    ];

    public static PruneReport Masked()
    {
        var random = new Random(7);
        var layers = new List<LayerReport>();
        for (var block = 0; block < Blocks; block++)
        {
            for (var kind = 0; kind < Kinds.Length; kind++) layers.Add(Layer(block, kind, random));
        }
        const string model = "/home/someone/models/SmolLM-135M";
        return new PruneReport
        {
            EspalierVersion = "0.1.0",
            Finished = new DateTimeOffset(2026, 11, 24, 13, 5, 7, TimeSpan.Zero).AddTicks(1234567),
            Machine = "AMD EPYC 7B13, 2 cores, Debian GNU/Linux 12",
            Recipe = new PruneRecipe
            {
                Model = model,
                Method = "wanda",
                Sparsity = 0.5,
                Options = new Dictionary<string, string> { ["damping"] = "0.01" },
                Exclude = ["*.layers.29.mlp.down_proj"],
                Data = "/home/someone/data/c4-train.jsonl",
                DataField = "text",
                Threads = 2,
            },
            MethodTitle = "Wanda",
            Paper = "https://arxiv.org/abs/2306.11695",
            Architecture = "LlamaForCausalLM",
            Calibration = Data("c4-train.jsonl", 'a'),
            CalibrationSamples = 128,
            CalibrationLength = 2048,
            Layers = layers,
            LeftDense = ["lm_head: tied to the embedding", "model.layers.29.mlp.down_proj: excluded by the recipe"],
            Time = new TimeSplit(181.25, 44.5, 92.125, 8.75),
            PeakMemoryBytes = 1_234_567_890,
            Before = new SizeReport(134_515_008, 134_515_001, 275_884_933_120, 2048, 269_060_552),
            After = new SizeReport(134_515_008, 81_428_544, 275_884_933_120, 2048, 269_060_552),
            PerplexityBefore = Perplexity(16.9512345678901234),
            PerplexityAfter = Perplexity(21.304999999999996),
            Latencies =
            [
                Latency(model, "prefill", 128, 101.3, 0.9), Latency("out/pruned", "prefill", 128, 100.6, 0.8),
                Latency(model, "decode", 512, 12.26, 0.2), Latency("out/pruned", "decode", 512, 12.38, 0.25),
            ],
        };
    }

    public static PerplexityReport Perplexity(double value) => new()
    {
        Perplexity = value,
        MeanLoss = Math.Log(value),
        Window = 2048,
        Stride = 2048,
        Windows = 3,
        Tokens = 3 * 2047,
        WindowLosses = [Math.Log(value) * 2047, 0.1 + 0.2, 1.0 / 3],
        Arithmetic = "f32 on cpu, 2 threads",
        Data = Data("wikitext2-test.txt", 'b'),
    };

    public static LatencyReport Latency(string model, string phase, int tokens, double median, double spread, string runtime = "ONNX Runtime 1.31.1") => new()
    {
        Runtime = runtime,
        Model = model,
        Phase = phase,
        Tokens = tokens,
        Threads = 2,
        Runs = 20,
        MedianMilliseconds = median,
        LowerQuartile = median - spread,
        UpperQuartile = median + spread,
        ResidentBytes = 612_000_000,
    };

    private static DataProtocol Data(string file, char digit) => new()
    {
        File = file,
        Sha256 = new string(digit, 64),
        Preparation = "documents joined by two line breaks, tokenised whole",
        Tokenizer = "GPT-2 byte-level BPE, 49152 tokens",
        TokensSha256 = new string((char)(digit + 2), 64),
    };

    // Laplace-distributed weights, the half around zero removed; errors grow with the depth.
    private static LayerReport Layer(int block, int kind, Random random)
    {
        var (name, rows, columns, scale) = Kinds[kind];
        var count = (long)rows * columns;
        var limit = (float)(scale * (4 + random.NextDouble()));
        var (before, after) = (new long[Bins], new long[Bins]);
        var sparsity = 0.5 + (kind >= 4 ? 0.1 * Math.Sin(block / 5.0) : 0);
        var threshold = -scale * Math.Log(1 - sparsity);
        double Cumulative(double x) => x < 0 ? 0.5 * Math.Exp(x / scale) : 1 - (0.5 * Math.Exp(-x / scale));
        for (var bin = 0; bin < Bins; bin++)
        {
            var (from, to) = (limit * ((2.0 * bin / Bins) - 1), limit * ((2.0 * (bin + 1) / Bins) - 1));
            before[bin] = (long)(count * (Cumulative(to) - Cumulative(from)));
            var kept = to <= -threshold || from >= threshold ? 1 : from >= -threshold && to <= threshold ? 0 : 0.5;
            after[bin] = (long)(before[bin] * kept);
        }
        var zeros = (long)(count * sparsity);
        return new LayerReport
        {
            Name = $"model.layers.{block}.{name}",
            Parameter = $"model.layers.{block}.{name}.weight",
            Rows = rows,
            Columns = columns,
            Kept = count - zeros,
            Zeros = zeros,
            ZerosBefore = 0,
            RelativeError = (0.08 + (0.02 * kind) + (0.004 * block) + (0.02 * random.NextDouble())) * (block == 0 ? 1.6 : 1),
            HistogramLimit = limit,
            HistogramBefore = before,
            HistogramAfter = after,
            SolveSeconds = 0.3 + (random.NextDouble() * 0.2),
            Remarks = block == 3 && kind == 6 ? ["damping raised from 0.01 to 0.1: the Gram matrix was singular"] : [],
        };
    }
}
