namespace Espalier.Structure;

/// <summary>An exception for groups of certain names. Of several that fit the first holds. The kinds of units that may go are not affected.</summary>
/// <param name="Pattern">Name of the group; <c>*</c> stands for any text, <c>?</c> for one character.</param>
/// <param name="Ratio">Share of the group's units to remove, from 0 to below 1; null to keep the group whole.</param>
public sealed record GroupOverride(string Pattern, double? Ratio);
