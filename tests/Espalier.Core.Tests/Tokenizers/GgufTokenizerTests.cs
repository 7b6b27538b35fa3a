using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Google.Protobuf;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class GgufTokenizerTests
{
    [Theory]
    [InlineData("bbpe-gpt2", "gpt-2")]
    [InlineData("bbpe-llama3", "llama-bpe")]
    [InlineData("bbpe-qwen2", "qwen2")]
    [InlineData("bbpe-smollm2", "smollm")]
    public void Byte_level_metadata_give_the_reference_ids(string folder, string pre)
    {
        var spec = FromTokenizerJson(SharedData.Require("oracles", "tokenizers", folder, "tokenizer.json")) with { Pre = pre };
        var tokenizer = GgufTokenizer.Create(spec);
        foreach (var (text, ids) in Cases(folder))
        {
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(ids, tokenizer.Tokenize(text).Select(static token => token.Id));
        }
    }

    [Fact]
    public void The_metadata_of_SmolLM2_give_the_reference_ids_of_WikiText()
    {
        var spec = FromTokenizerJson(SharedData.Require("models", "smollm2-135m", "tokenizer.json")) with { Pre = "smollm", BosId = 1, EosId = 2, AddBos = false };
        var ids = GgufTokenizer.Create(spec).Encode(File.ReadAllText(SharedData.Require("text", "wikitext2", "wiki.test.raw")));
        using var reference = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "reference.json")));
        Assert.Equal(reference.RootElement.GetProperty("protocol").GetProperty("ids_sha256_int32_little_endian").GetString(),
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids))));
    }

    [Fact]
    public void Sentencepiece_metadata_give_the_ids_of_sentencepiece()
    {
        var spec = FromSentencepiece(SharedData.Require("oracles", "tokenizers", "sp-bpe", "tokenizer.model"));
        var tokenizer = GgufTokenizer.Create(spec);
        var compared = 0;
        foreach (var (text, ids) in Cases("sp-bpe"))
        {
            // sentencepiece takes control tokens in the text as plain characters; GGUF readers recognise them.
            if (text.Contains("<s>", StringComparison.Ordinal)) continue;
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(ids.Prepend(1), tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(text.Replace('\u2581', ' '), tokenizer.Decode(ids));
            compared++;
        }
        Assert.True(compared >= 70, $"only {compared} texts compared");
    }

    [Fact]
    public void A_book_without_spaces_to_split_at_takes_seconds()
    {
        // The whole text is one word of 1.29 million characters here.
        var tokenizer = GgufTokenizer.Create(FromSentencepiece(SharedData.Require("oracles", "tokenizers", "sp-bpe", "tokenizer.model")));
        var text = File.ReadAllText(SharedData.Require("text", "wikitext2", "wiki.test.raw"));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var ids = tokenizer.Encode(text);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"tokenising took {watch.Elapsed}");
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    [Fact]
    public void Unknown_names_are_refused()
    {
        var spec = new GgufTokenizerSpec { File = "m.gguf", Model = "gpt2", Tokens = ["a"], Pre = "nonesuch" };
        Assert.Contains("'nonesuch'", Assert.Throws<EspalierException>(() => GgufTokenizer.Create(spec)).Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.ggml.pre", Assert.Throws<EspalierException>(() => GgufTokenizer.Create(spec with { Pre = null })).Message, StringComparison.Ordinal);
        Assert.Contains("'bert'", Assert.Throws<EspalierException>(() => GgufTokenizer.Create(spec with { Model = "bert" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contradictions_are_damage()
    {
        var good = new GgufTokenizerSpec { File = "m.gguf", Model = "gpt2", Pre = "gpt-2", Tokens = ["a", "b", "ab"], Merges = ["a b"] };
        Assert.Equal([2], GgufTokenizer.Create(good).Encode("ab"));
        Damaged(good with { Merges = ["a c"] }, "merges[0]");
        Damaged(good with { Merges = ["ab"] }, "merges[0]");
        Damaged(good with { Tokens = ["a", "a"] }, "tokens[1]");
        Damaged(good with { Tokens = [] }, "tokens");
        Damaged(good with { TokenTypes = [1] }, "token_type");
        Damaged(good with { BosId = 3 }, "bos_token_id");
        Damaged(good with { AddBos = true }, "bos_token_id");
        Damaged(good with { Model = "llama", Pre = null, AddBos = false }, "scores");
        Damaged(good with { Model = "llama", Pre = null, AddBos = false, Scores = [0, float.NaN, 0] }, "scores[1]");
    }

    private static void Damaged(GgufTokenizerSpec spec, string key) =>
        Assert.Contains($"m.gguf, tokenizer.ggml.{key}", Assert.Throws<InvalidFileException>(() => GgufTokenizer.Create(spec)).Message, StringComparison.Ordinal);

    // What a converter writes for a tokenizer.json: merges as text, added tokens by type.
    private static GgufTokenizerSpec FromTokenizerJson(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement;
        var tokens = new SortedDictionary<int, string>();
        foreach (var entry in root.GetProperty("model").GetProperty("vocab").EnumerateObject()) tokens[entry.Value.GetInt32()] = entry.Name;
        var types = new Dictionary<int, int>();
        foreach (var token in root.GetProperty("added_tokens").EnumerateArray())
        {
            var id = token.GetProperty("id").GetInt32();
            tokens[id] = token.GetProperty("content").GetString()!;
            types[id] = token.GetProperty("special").GetBoolean() ? 3 : 4;
        }
        Assert.Equal(tokens.Count - 1, tokens.Keys.Max());
        return new GgufTokenizerSpec
        {
            File = file,
            Model = "gpt2",
            Tokens = [.. tokens.Values],
            TokenTypes = [.. tokens.Keys.Select(id => types.GetValueOrDefault(id, 1))],
            Merges = [.. root.GetProperty("model").GetProperty("merges").EnumerateArray().Select(static pair => $"{pair[0].GetString()} {pair[1].GetString()}")],
        };
    }

    // ModelProto.pieces (field 1): piece (1), score (2), type (3, default normal), as the converter copies them.
    private static GgufTokenizerSpec FromSentencepiece(string file)
    {
        var tokens = new List<string>();
        var scores = new List<float>();
        var types = new List<int>();
        var model = new CodedInputStream(File.ReadAllBytes(file));
        while (model.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) != 1)
            {
                model.SkipLastField();
                continue;
            }
            var piece = model.ReadBytes().CreateCodedInput();
            var (token, score, type) = ("", 0f, 1);
            while (piece.ReadTag() is var field and not 0)
            {
                switch (WireFormat.GetTagFieldNumber(field))
                {
                    case 1: token = piece.ReadString(); break;
                    case 2: score = piece.ReadFloat(); break;
                    case 3: type = piece.ReadEnum(); break;
                    default: piece.SkipLastField(); break;
                }
            }
            tokens.Add(token);
            scores.Add(score);
            types.Add(type);
        }
        return new GgufTokenizerSpec { File = file, Model = "llama", Pre = "default", Tokens = tokens, Scores = scores, TokenTypes = types, BosId = 1, EosId = 2, UnknownId = 0 };
    }

    private static List<(string Text, int[] Ids)> Cases(string folder)
    {
        using var oracle = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "tokenizers", folder, "oracle.json")));
        return [.. oracle.RootElement.EnumerateArray().Select(static entry => (entry.GetProperty("text").GetString()!, entry.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray()))];
    }
}
