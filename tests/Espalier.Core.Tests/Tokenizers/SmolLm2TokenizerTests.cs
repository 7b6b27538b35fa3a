using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class SmolLm2TokenizerTests
{
    private static TextTokenizer Open() => TokenizerLoader.TryOpenFolder(SharedData.Require("models", "smollm2-135m"))!;

    [Fact]
    public void The_whole_WikiText_file_gives_the_reference_ids()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "reference.json")));
        var protocol = reference.RootElement.GetProperty("protocol");
        var text = File.ReadAllText(SharedData.Require("text", "wikitext2", "wiki.test.raw"));
        var tokenizer = Open();

        var watch = Stopwatch.StartNew();
        var ids = tokenizer.Encode(text);
        var elapsed = watch.Elapsed;

        Assert.Equal(protocol.GetProperty("token_count").GetInt32(), ids.Length);
        // int32, little-endian.
        Assert.Equal(protocol.GetProperty("ids_sha256_int32_little_endian").GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids))));
        Assert.Equal(text, tokenizer.Decode(ids));
        // Under a second on an idle machine; the limit only tells it from quadratic work.
        Assert.True(elapsed < TimeSpan.FromSeconds(30), $"tokenising took {elapsed}");
    }

    [Fact]
    public void Reference_cases_and_prompts()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "reference.json")));
        var tokenizer = Open();
        foreach (var entry in reference.RootElement.GetProperty("tokenizer_cases").EnumerateArray())
            Assert.Equal(Ints(entry.GetProperty("ids")), tokenizer.Encode(entry.GetProperty("text").GetString()!));
        foreach (var entry in reference.RootElement.GetProperty("prompts").EnumerateArray())
        {
            Assert.Equal(Ints(entry.GetProperty("prompt_ids")), tokenizer.Encode(entry.GetProperty("prompt").GetString()!));
            Assert.Equal(entry.GetProperty("greedy_text").GetString(), tokenizer.Decode(Ints(entry.GetProperty("greedy_ids"))));
        }
    }

    [Fact]
    public void Vocabulary_and_special_tokens()
    {
        var tokenizer = Open();
        Assert.Equal(49152, tokenizer.VocabularySize);
        Assert.Equal(1, tokenizer.BosId); // from config.json beside it
        Assert.Equal(2, tokenizer.EosId);
        Assert.Equal(2, tokenizer.IdOf("<|im_end|>"));
        Assert.Equal("<|im_end|>", tokenizer.TokenOf(2));
        Assert.Matches("^tokenizer\\.json sha256:[0-9a-f]{16}$", tokenizer.Identity);
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetInt32())];
}
