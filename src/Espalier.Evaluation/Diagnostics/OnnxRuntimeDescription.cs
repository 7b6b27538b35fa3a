namespace Espalier.Evaluation.Diagnostics;

/// <summary>What is known about ONNX Runtime in this process.</summary>
/// <param name="Version">Its version, or null when it does not load.</param>
/// <param name="Providers">The execution providers of this build, for example <c>CPUExecutionProvider</c>.</param>
/// <param name="Failure">Why it does not load, or null.</param>
public sealed record OnnxRuntimeDescription(string? Version, IReadOnlyList<string> Providers, string? Failure = null);
