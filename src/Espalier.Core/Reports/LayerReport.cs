namespace Espalier.Reports;

/// <summary>What happened to one layer.</summary>
public sealed record LayerReport
{
    /// <summary>Module path, for example <c>model.layers.0.mlp.up_proj</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the weight.</summary>
    public required string Parameter { get; init; }

    /// <summary>Output features.</summary>
    public required int Rows { get; init; }

    /// <summary>Input features.</summary>
    public required int Columns { get; init; }

    /// <summary>Weights that the mask keeps.</summary>
    public required long Kept { get; init; }

    /// <summary>Exact zeros after the run; may exceed rows * columns - kept where a kept weight was zero already.</summary>
    public required long Zeros { get; init; }

    /// <summary>Exact zeros before the run.</summary>
    public required long ZerosBefore { get; init; }

    /// <summary>
    /// ||(W - W')X|| / ||WX||: over all calibration inputs where the solver knows its loss, else estimated on up to 256 of them; null where the method
    /// needs no data.
    /// </summary>
    public double? RelativeError { get; init; }

    /// <summary>Upper edges of <see cref="HistogramBefore"/> and <see cref="HistogramAfter"/>, equally spaced and symmetric around zero.</summary>
    public required float HistogramLimit { get; init; }

    /// <summary>Weights per bin before the run, from -limit to limit.</summary>
    public required IReadOnlyList<long> HistogramBefore { get; init; }

    /// <summary>Non-zero weights per bin after the run, from -limit to limit.</summary>
    public required IReadOnlyList<long> HistogramAfter { get; init; }

    /// <summary>CPU-clock seconds of scoring and solving.</summary>
    public required double SolveSeconds { get; init; }

    /// <summary>Remarks of the solver, for example a raised damping or dead inputs.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Fraction of the weights that the mask removes.</summary>
    public double Sparsity => 1 - ((double)Kept / ((long)Rows * Columns));
}
