using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

/// <summary>Every field of the reference results of the tokenizers library, for 74 hard texts each.</summary>
public sealed class TokenizerOracleTests
{
    [Theory]
    [InlineData("bbpe-gpt2")]
    [InlineData("bbpe-roberta")]
    [InlineData("bbpe-llama3")]
    [InlineData("bbpe-qwen2")]
    [InlineData("bbpe-smollm2")]
    [InlineData("bpe-bytefallback-llama2")]
    [InlineData("bpe-metaspace-mistral")]
    [InlineData("bpe-gemma")]
    public void Every_text_gives_the_reference_result(string folder)
    {
        var tokenizer = TokenizerLoader.TryOpenFolder(SharedData.Require("oracles", "tokenizers", folder));
        Assert.NotNull(tokenizer);
        using var oracle = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "tokenizers", folder, "oracle.json")));
        var cases = oracle.RootElement.EnumerateArray().ToArray();
        Assert.Equal(74, cases.Length);
        foreach (var entry in cases)
        {
            var text = entry.GetProperty("text").GetString()!;
            var ids = Ints(entry.GetProperty("ids"));
            var withSpecial = Ints(entry.GetProperty("with_special"));
            var decoded = entry.GetProperty("decoded").GetString();
            var skipped = entry.TryGetProperty("decoded_skip_special", out var value) ? value.GetString() : decoded;
            // Where only code point offsets are given, they are the same as UTF-16 offsets.
            var offsets = entry.TryGetProperty("offsets_utf16", out var utf16) ? utf16 : entry.GetProperty("offsets");

            var tokens = tokenizer.Tokenize(text);
            Assert.Equal(ids, tokens.Select(static token => token.Id));
            Assert.Equal(entry.GetProperty("tokens").EnumerateArray().Select(static token => token.GetString()!), tokens.Select(static token => token.Text));
            Assert.Equal(offsets.EnumerateArray().Select(static pair => (pair[0].GetInt32(), pair[1].GetInt32())), tokens.Select(static token => (token.Start, token.End)));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(withSpecial, tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(withSpecial, tokenizer.Tokenize(text, addSpecialTokens: true).Select(static token => token.Id));
            Assert.Equal(decoded, tokenizer.Decode(ids));
            Assert.Equal(skipped, tokenizer.Decode(withSpecial, skipSpecialTokens: true));
        }
    }

    [Theory]
    [InlineData("unigram-xlmr", "Unigram")]
    [InlineData("unigram-t5", "Unigram")]
    [InlineData("wordpiece-cased", "WordPiece")]
    [InlineData("wordpiece-uncased", "WordPiece")]
    public void Other_families_are_refused_by_name(string folder, string model)
    {
        var file = SharedData.Require("oracles", "tokenizers", folder, "tokenizer.json");
        var error = Assert.Throws<EspalierException>(() => TokenizerLoader.Open(file));
        Assert.Contains($"'{model}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(static item => item.GetInt32())];
}
