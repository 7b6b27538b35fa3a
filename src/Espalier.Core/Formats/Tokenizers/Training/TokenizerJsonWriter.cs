using System.Text.Encodings.Web;
using System.Text.Json;

namespace Espalier.Formats.Tokenizers;

/// <summary>Writes a byte-level BPE vocabulary in the form of the Hugging Face tokenizers library.</summary>
internal static class TokenizerJsonWriter
{
    // Byte symbols stay readable; the files are not embedded in HTML.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Tokenizer(ByteLevelBpeVocabulary vocabulary) => Write(writer =>
    {
        writer.WriteString("version", "1.0");
        writer.WriteNull("truncation");
        writer.WriteNull("padding");
        writer.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.SpecialTokens.Count; id++) AddedToken(writer, id, vocabulary.SpecialTokens[id]);
        writer.WriteEndArray();
        writer.WriteNull("normalizer");
        ByteLevel(writer, "pre_tokenizer", trimOffsets: true);
        ByteLevel(writer, "post_processor", trimOffsets: false);
        ByteLevel(writer, "decoder", trimOffsets: true);
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteNull("unk_token");
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", false);
        writer.WriteBoolean("byte_fallback", false);
        writer.WriteBoolean("ignore_merges", false);
        writer.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Tokens.Count; id++) writer.WriteNumber(vocabulary.Tokens[id], id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var (left, right) in vocabulary.Merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static byte[] Configuration(ByteLevelBpeVocabulary vocabulary) => Write(writer =>
    {
        writer.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        writer.WriteBoolean("clean_up_tokenization_spaces", false);
        if (vocabulary.SpecialTokens.Count == 0) return;
        writer.WriteString("bos_token", vocabulary.SpecialTokens[0]);
        writer.WriteString("eos_token", vocabulary.SpecialTokens[0]);
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void AddedToken(Utf8JsonWriter writer, int id, string content)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", id);
        writer.WriteString("content", content);
        writer.WriteBoolean("single_word", false);
        writer.WriteBoolean("lstrip", false);
        writer.WriteBoolean("rstrip", false);
        writer.WriteBoolean("normalized", false);
        writer.WriteBoolean("special", true);
        writer.WriteEndObject();
    }

    private static void ByteLevel(Utf8JsonWriter writer, string key, bool trimOffsets)
    {
        writer.WriteStartObject(key);
        writer.WriteString("type", "ByteLevel");
        writer.WriteBoolean("add_prefix_space", false);
        writer.WriteBoolean("trim_offsets", trimOffsets);
        writer.WriteBoolean("use_regex", true);
        writer.WriteEndObject();
    }
}
