using Espalier.Reports;
using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>What a structural run did, and what it cost and gained.</summary>
public sealed record StructureReport
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The file written.</summary>
    public required string Output { get; init; }

    /// <summary>Id of the method.</summary>
    public required string Method { get; init; }

    /// <summary>What was asked for.</summary>
    public required RemovalTarget Target { get; init; }

    /// <summary>Options of the method.</summary>
    public required StructureOptions Options { get; init; }

    /// <summary>Where calibration inputs came from; null for none.</summary>
    public required string? Data { get; init; }

    /// <summary>Seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Sizes of symbols at which MACs are counted.</summary>
    public required IReadOnlyDictionary<string, long> Sizes { get; init; }

    /// <summary>The model before.</summary>
    public required StructureSize Before { get; init; }

    /// <summary>The model after, counted on the written graph.</summary>
    public required StructureSize After { get; init; }

    /// <summary>Bytes of the files before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Bytes of the files after.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>Units of each group before and after.</summary>
    public required IReadOnlyList<GroupWidth> Groups { get; init; }

    /// <summary>Groups that were no candidates, and frozen dimensions, with the reason.</summary>
    public required IReadOnlyList<string> LeftWhole { get; init; }

    /// <summary>What became of consumers that were repaired.</summary>
    public required IReadOnlyList<RepairRecord> Repairs { get; init; }

    /// <summary>Relative error of each output on the probe: the norm of the difference by the norm of the dense output.</summary>
    public required IReadOnlyDictionary<string, double> OutputErrors { get; init; }

    /// <summary>What the outputs were compared on.</summary>
    public required string Probe { get; init; }

    /// <summary>Latencies, dense and pruned in turns; empty if not measured.</summary>
    public IReadOnlyList<LatencyReport> Latencies { get; init; } = [];

    /// <summary>One sentence.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>For each cut parameter: for each axis the indices kept, null for all.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int[]?>> Kept { get; init; }
}

/// <summary>Width of a group before and after.</summary>
/// <param name="Name">The group.</param>
/// <param name="Unit">Kind of its units.</param>
/// <param name="Before">Units before.</param>
/// <param name="After">Units after.</param>
public sealed record GroupWidth(string Name, string Unit, int Before, int After);
