namespace Espalier.Methods.Runs;

/// <summary>Memory that a run is expected to need beyond libraries and mapped files, in bytes. Of the embedding only the rows in use are read.</summary>
/// <param name="Block">Parameters of the largest block in 32-bit floats.</param>
/// <param name="Statistics">Statistics of the layers of one block.</param>
/// <param name="Activations">Calibration activations that wait between blocks.</param>
public sealed record MemoryForecast(long Block, long Statistics, long Activations)
{
    /// <summary>All together.</summary>
    public long Peak => Block + Statistics + Activations;
}
