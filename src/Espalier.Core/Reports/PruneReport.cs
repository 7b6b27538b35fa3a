using Espalier.Recipes;

namespace Espalier.Reports;

/// <summary>The whole story of a pruning run: what was asked, what was done, what was gained and lost. Saved as <c>report.json</c>.</summary>
public sealed record PruneReport
{
    /// <summary>Version of this format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Version of Espalier.</summary>
    public required string EspalierVersion { get; init; }

    /// <summary>UTC time at which the run ended.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Processor, cores, operating system.</summary>
    public required string Machine { get; init; }

    /// <summary>The recipe; the same recipe on the same machine gives the same bits.</summary>
    public required PruneRecipe Recipe { get; init; }

    /// <summary>Title of the method.</summary>
    public required string MethodTitle { get; init; }

    /// <summary>Link to its paper.</summary>
    public required string Paper { get; init; }

    /// <summary>Architecture of the model.</summary>
    public required string Architecture { get; init; }

    /// <summary>The calibration data, if any was used.</summary>
    public DataProtocol? Calibration { get; init; }

    /// <summary>Calibration samples and tokens per sample.</summary>
    public int CalibrationSamples { get; init; }

    /// <summary>Tokens per calibration sample.</summary>
    public int CalibrationLength { get; init; }

    /// <summary>Layer by layer, in the order of the model.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>Prunable layers that were left dense, with the reason.</summary>
    public IReadOnlyList<string> LeftDense { get; init; } = [];

    /// <summary>Where the time went.</summary>
    public required TimeSplit Time { get; init; }

    /// <summary>Largest resident memory of the process above the memory before the run, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>True if the run was interrupted and resumed.</summary>
    public bool Resumed { get; init; }

    /// <summary>Hash of everything that the bits depend on; a resumed run knows by it that the output is its own. Null in reports of other origin.</summary>
    public string? RunFingerprint { get; init; }

    /// <summary>Size before.</summary>
    public required SizeReport Before { get; init; }

    /// <summary>Size after.</summary>
    public required SizeReport After { get; init; }

    /// <summary>Perplexity before, if measured.</summary>
    public PerplexityReport? PerplexityBefore { get; init; }

    /// <summary>Perplexity after, if measured.</summary>
    public PerplexityReport? PerplexityAfter { get; init; }

    /// <summary>Latencies before and after, if measured.</summary>
    public IReadOnlyList<LatencyReport> Latencies { get; init; } = [];

    /// <summary>The verdict in one sentence; it tells the truth also when the news is bad.</summary>
    public string? Verdict { get; init; }

    /// <summary>Fraction of the prunable weights that the masks remove.</summary>
    public double Sparsity
    {
        get
        {
            var total = Layers.Sum(layer => (long)layer.Rows * layer.Columns);
            return total == 0 ? 0 : 1 - ((double)Layers.Sum(layer => layer.Kept) / total);
        }
    }
}
