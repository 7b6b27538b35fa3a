namespace Espalier.Reports;

/// <summary>How large a model is.</summary>
/// <param name="Parameters">Stored parameters (tied ones once).</param>
/// <param name="NonZero">Parameters that are not exactly zero.</param>
/// <param name="Macs">Multiply-accumulates of one forward pass at <paramref name="MacsSequence"/> tokens, counted on the graph, attention included.</param>
/// <param name="MacsSequence">Sequence length of <paramref name="Macs"/>.</param>
/// <param name="Bytes">Bytes of the weight files on disk.</param>
public sealed record SizeReport(long Parameters, long NonZero, long Macs, int MacsSequence, long Bytes);
