namespace Espalier.Torch.Loading;

/// <summary>What came of the attempt to load TorchSharp's native part: a handle and where it is from, or a failure.</summary>
internal sealed record LoadOutcome(IntPtr Handle, TorchLoadMode Mode, string? LoadedFile, LoadFailure? Failure);
