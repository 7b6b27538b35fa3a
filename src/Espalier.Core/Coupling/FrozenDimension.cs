namespace Espalier.Coupling;

/// <summary>A dimension of parameters that must keep its size.</summary>
/// <param name="Members">Axes of parameters, as <c>name axis i</c>.</param>
/// <param name="Size">Its size.</param>
/// <param name="Reason">What stands against it.</param>
public sealed record FrozenDimension(IReadOnlyList<string> Members, long Size, FreezeReason Reason);
