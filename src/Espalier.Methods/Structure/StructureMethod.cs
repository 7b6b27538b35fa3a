using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>A method that removes whole units, as the registry knows it.</summary>
public sealed record StructureMethod
{
    /// <summary>Id on the command line.</summary>
    public required string Id { get; init; }

    /// <summary>Name as in the paper.</summary>
    public required string Title { get; init; }

    /// <summary>Authors, year, and number on arXiv or venue.</summary>
    public required string Paper { get; init; }

    /// <summary>Link to the paper.</summary>
    public required string Link { get; init; }

    /// <summary>One sentence: what it does.</summary>
    public required string Summary { get; init; }

    /// <summary>True if scoring needs calibration inputs.</summary>
    public bool NeedsData { get; init; }

    /// <summary>The repair that belongs to the method; null for none.</summary>
    public RepairOptions? Repair { get; init; }

    /// <summary>Scores the units of all groups, comparable between groups; groups that it says nothing about are missing.</summary>
    public required Func<StructureContext, UnitScores> Score { get; init; }
}
