namespace Espalier.Formats.HuggingFace;

/// <summary>The two forms in which a decoder's graph is built. Parameters are the same.</summary>
public enum GraphForm
{
    /// <summary>
    /// Whole sequences: input <c>input_ids</c> [batch, sequence], positions 0, 1, 2, ...; output <c>logits</c>. For calibration, evaluation and training.
    /// </summary>
    Sequence,

    /// <summary>
    /// Step by step with a key/value cache: inputs <c>input_ids</c> [batch, sequence], <c>attention_mask</c> [batch, past + sequence],
    /// <c>position_ids</c> [batch, sequence], <c>past_key_values.N.key</c> and <c>.value</c> [batch, kv heads, past, head dim];
    /// outputs <c>logits</c> and <c>present.N.key</c>, <c>present.N.value</c>. For generation and serving.
    /// </summary>
    Cached,
}
