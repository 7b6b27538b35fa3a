namespace Espalier.Methods.Runs;

/// <summary>Memory that a run is expected to need beyond libraries and mapped files, in bytes.</summary>
/// <param name="Block">Parameters of the largest block in 32-bit floats.</param>
/// <param name="Statistics">Statistics of the layers of one block.</param>
/// <param name="Activations">Calibration activations that wait between blocks.</param>
/// <param name="Embedding">The embedding in 32-bit floats, resident only until the samples have passed it.</param>
public sealed record MemoryForecast(long Block, long Statistics, long Activations, long Embedding)
{
    /// <summary>The larger of the two phases: embedding the samples, and working on a block.</summary>
    public long Peak => Activations + Math.Max(Embedding, Block + Statistics);
}
