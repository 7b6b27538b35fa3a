using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Torch.Calibration;

namespace Espalier.Methods;

/// <summary>What a layer-wise method is given: one weight, what is known of its inputs, and how much to remove.</summary>
public sealed class LayerProblem
{
    /// <summary>Module path, for messages.</summary>
    public required string Layer { get; init; }

    /// <summary>The weight [outputs, inputs] in 32-bit floats; the method overwrites it.</summary>
    public required Matrix Weight { get; init; }

    /// <summary>Statistics of the inputs; null if the method needs none.</summary>
    public LayerStatistics? Statistics { get; init; }

    /// <summary>Fraction to remove, in [0, 1).</summary>
    public required double Sparsity { get; init; }

    /// <summary>Pattern of the mask.</summary>
    public required SparsityPattern Pattern { get; init; }

    /// <summary>Where weights compete; null for the method's default.</summary>
    public SelectionScope? Scope { get; init; }

    /// <summary>Threads of kernels.</summary>
    public required KernelSettings Kernels { get; init; }

    /// <summary>Stops a long solve.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The statistics, which the method has declared to need.</summary>
    public LayerStatistics RequireStatistics() => Statistics ?? throw new InvalidOperationException($"{Layer}: the method needs statistics of its inputs.");
}
