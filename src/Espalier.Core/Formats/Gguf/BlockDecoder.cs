namespace Espalier.Formats.Gguf;

/// <summary>Decodes whole blocks of a quantised type.</summary>
/// <param name="blocks">Whole blocks.</param>
/// <param name="values">Receives as many values as the blocks hold.</param>
internal delegate void BlockDecoder(ReadOnlySpan<byte> blocks, Span<float> values);
