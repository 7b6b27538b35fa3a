namespace Espalier.Methods.Structure;

/// <summary>A structural run as asked for.</summary>
public sealed record StructureRequest
{
    /// <summary>The ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>Id of the method.</summary>
    public required string Method { get; init; }

    /// <summary>How much to remove.</summary>
    public required RemovalTarget Target { get; init; }

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>Options.</summary>
    public StructureOptions Options { get; init; } = new();

    /// <summary>Names of groups to leave whole.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Sizes of symbols; 1 for one that is not listed.</summary>
    public IReadOnlyDictionary<string, long> Sizes { get; init; } = new Dictionary<string, long>();

    /// <summary>Seed of every random draw.</summary>
    public int Seed { get; init; }
}
