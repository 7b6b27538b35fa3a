namespace Espalier.Evaluation;

/// <summary>A kind of step to time.</summary>
/// <param name="Name">As reports name it.</param>
/// <param name="Tokens">As reports count it.</param>
/// <param name="Ids">Token ids that enter.</param>
/// <param name="Past">Positions that the cache holds before.</param>
internal sealed record LatencyPhase(string Name, int Tokens, int Ids, int Past);
