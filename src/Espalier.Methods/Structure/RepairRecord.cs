using Espalier.Solvers;

namespace Espalier.Methods.Structure;

/// <summary>What became of one consumer.</summary>
/// <param name="Weight">Its weight.</param>
/// <param name="Kept">Channels that stay.</param>
/// <param name="Channels">Channels before.</param>
/// <param name="Errors">Mean squared output errors as the moments predict them; null where the consumer was cut without repair.</param>
/// <param name="Messages">What had to be done otherwise than asked, and why.</param>
public sealed record RepairRecord(string Weight, int Kept, int Channels, RepairErrors? Errors, IReadOnlyList<string> Messages);
