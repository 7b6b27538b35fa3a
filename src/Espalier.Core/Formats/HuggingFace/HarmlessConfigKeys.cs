namespace Espalier.Formats.HuggingFace;

/// <summary>Configuration keys that steer training, generation or the library that wrote them, and leave the forward pass alone.</summary>
internal static class HarmlessConfigKeys
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "architectures", "model_type", "transformers_version", "dtype", "torch_dtype", "auto_map", "name_or_path",
        "initializer_range", "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "pretraining_tp", "use_cache",
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id", "decoder_start_token_id",
        "output_attentions", "output_hidden_states", "return_dict", "return_dict_in_generate", "output_scores", "torchscript", "use_bfloat16",
        "is_encoder_decoder", "is_decoder", "tie_encoder_decoder", "chunk_size_feed_forward", "pruned_heads", "gradient_checkpointing",
        "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "task_specific_params", "tokenizer_class", "prefix",
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature",
        "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
        "bad_words_ids", "num_return_sequences", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
        "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "is_llama_config", "transformers.js_config",
        "use_flash_attn", "use_return_dict", "unsloth_version", "unsloth_fixed", "model_max_length",
        // The written form of a pruned model: what Espalier recorded about its own run.
        "espalier",
    };

    /// <summary>True for a harmless key; keys with a leading underscore are private notes of the writing library.</summary>
    public static bool Contains(string key) => key.StartsWith('_') || Known.Contains(key);
}
