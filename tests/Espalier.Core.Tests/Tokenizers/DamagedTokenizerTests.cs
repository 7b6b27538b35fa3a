using System.Text;
using System.Text.Json.Nodes;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class DamagedTokenizerTests
{
    private const string Good = """
        {"version": "1.0", "added_tokens": [{"id": 4, "content": "<s>", "special": true}], "normalizer": null,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
           "special_tokens": {"<s>": {"id": "<s>", "ids": [4], "tokens": ["<s>"]}}},
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
         "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": [["a", "b"]]}}
        """;

    [Fact]
    public void The_undamaged_file_works()
    {
        var tokenizer = Open(Encoding.UTF8.GetBytes(Good));
        Assert.Equal([4, 2, 3], tokenizer.Encode("abc", addSpecialTokens: true));
        Assert.Equal(5, tokenizer.VocabularySize);
        // Merges as text, as older files have them.
        Assert.Equal([2], Open(Encoding.UTF8.GetBytes(Good.Replace("""["a", "b"]""", "\"a b\"", StringComparison.Ordinal))).Encode("ab"));
    }

    [Theory]
    [InlineData("model", null, "model")]
    [InlineData("model.vocab", null, "model.vocab")]
    [InlineData("model.merges", null, "model.merges")]
    [InlineData("model.merges", "{}", "model.merges")]
    [InlineData("model.vocab", "[]", "model.vocab")]
    [InlineData("model.vocab", """{"a": 0, "b": 0}""", "model.vocab.b")]
    [InlineData("model.vocab", """{"a": 0, "b": 1e99}""", "model.vocab.b")]
    [InlineData("model.vocab", """{"a": 0, "b": 2147483647}""", "model.vocab.b")]
    [InlineData("model.vocab", """{"a": 0, "b": -1}""", "model.vocab.b")]
    [InlineData("model.vocab", """{"a": 0, "b": "1"}""", "model.vocab.b")]
    [InlineData("model.merges", """[["a", "x"]]""", "model.merges[0]")]
    [InlineData("model.merges", """[["b", "a"]]""", "model.merges[0]")]
    [InlineData("model.merges", """[["a"]]""", "model.merges[0]")]
    [InlineData("model.merges", """["a b c"]""", "model.merges[0]")]
    [InlineData("model.merges", """[1]""", "model.merges[0]")]
    [InlineData("model.unk_token", "\"<unk>\"", "model.unk_token")]
    [InlineData("model.byte_fallback", "3", "model.byte_fallback")]
    [InlineData("added_tokens", """[{"id": 1, "content": "<s>"}]""", "added_tokens[0]")]
    [InlineData("added_tokens", """[{"id": 3, "content": "a"}]""", "added_tokens[0]")]
    [InlineData("added_tokens", """[{"id": 4, "content": ""}]""", "added_tokens[0]")]
    [InlineData("added_tokens", """[{"id": 4, "content": "x"}, {"id": 4, "content": "y"}]""", "added_tokens[1]")]
    [InlineData("added_tokens", """[{"id": 2000000000, "content": "x"}]""", "added_tokens[0].id")]
    [InlineData("added_tokens", """[{"id": 4, "content": "\ud800"}]""", "added_tokens[0].content")]
    [InlineData("pre_tokenizer.type", null, "pre_tokenizer.type")]
    [InlineData("pre_tokenizer.add_prefix_space", null, "pre_tokenizer.add_prefix_space")]
    [InlineData("post_processor.special_tokens", """{"<s>": {"ids": [9]}}""", "post_processor")]
    [InlineData("post_processor.special_tokens", "{}", "post_processor.special_tokens.<s>")]
    [InlineData("post_processor.single", "[]", "post_processor.single")]
    [InlineData("normalizer", """{"type": "Replace", "pattern": {"String": ""}, "content": "x"}""", "normalizer.pattern.String")]
    public void Damage_is_named_with_file_and_key(string key, string? value, string named)
    {
        var root = JsonNode.Parse(Good)!;
        var path = key.Split('.');
        var parent = path.SkipLast(1).Aggregate(root, static (node, name) => node[name]!).AsObject();
        parent.Remove(path[^1]);
        if (value is not null) parent[path[^1]] = "PLACEHOLDER";
        var json = root.ToJsonString().Replace("\"PLACEHOLDER\"", value, StringComparison.Ordinal);
        var error = Assert.Throws<InvalidFileException>(() => Open(Encoding.UTF8.GetBytes(json)));
        Assert.Contains("tokenizer.json", error.File, StringComparison.Ordinal);
        Assert.StartsWith($"{error.File}, {named}:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", """{"type": "Unigram", "vocab": []}""", "'Unigram'")]
    [InlineData("model", """{"type": "Nonesuch"}""", "'Nonesuch'")]
    [InlineData("normalizer", """{"type": "Precompiled", "precompiled_charsmap": ""}""", "'Precompiled'")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "Nonesuch"}]}""", "'Nonesuch'")]
    [InlineData("pre_tokenizer", """{"type": "UnicodeScripts"}""", "'UnicodeScripts'")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "x+"}, "behavior": "Isolated", "invert": false}""", "'x+'")]
    [InlineData("post_processor", """{"type": "Nonesuch"}""", "'Nonesuch'")]
    [InlineData("decoder", """{"type": "CTC"}""", "'CTC'")]
    public void Components_that_are_not_read_are_refused_by_name(string key, string value, string named)
    {
        var root = JsonNode.Parse(Good)!.AsObject();
        root[key] = JsonNode.Parse(value);
        var error = Assert.Throws<EspalierException>(() => Open(Encoding.UTF8.GetBytes(root.ToJsonString())));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Where, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void Replacements_that_explode_are_refused()
    {
        var root = JsonNode.Parse(Good)!.AsObject();
        var step = """{"type": "Replace", "pattern": {"String": "s"}, "content": "ss"}""";
        root["normalizer"] = JsonNode.Parse($$"""{"type": "Sequence", "normalizers": [{{string.Join(',', Enumerable.Repeat(step, 60))}}]}""");
        root["added_tokens"]![0]!["normalized"] = true;
        Assert.Throws<InvalidFileException>(() => Open(Encoding.UTF8.GetBytes(root.ToJsonString())));
    }

    [Fact]
    public void Every_truncation_is_damage()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        using var folder = new TemporaryFolder("tokenizer.json");
        for (var length = 0; length < bytes.Length - 1; length++)
        {
            File.WriteAllBytes(folder.File, bytes[..length]);
            Assert.Throws<InvalidFileException>(() => TokenizerLoader.Open(folder.File));
        }
    }

    [Theory]
    [InlineData("oracles/tokenizers/bbpe-llama3/tokenizer.json", 600)]
    [InlineData("oracles/tokenizers/bpe-bytefallback-llama2/tokenizer.json", 600)]
    [InlineData("models/stories260K/vocab.json", 400)]
    [InlineData("models/stories260K/tok512.bin", 1500)]
    [InlineData("models/zhpoem/vocab.json", 400)]
    public void Changed_bytes_give_a_tokenizer_or_an_error_of_ours(string path, int rounds)
    {
        var original = File.ReadAllBytes(SharedData.Require(path.Split('/')));
        var random = new Random(17);
        var refused = 0;
        using var folder = new TemporaryFolder(path);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = (byte[])original.Clone();
            // Most of a file is vocabulary; half of the changes go to its first and last kilobyte, where the components stand.
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
            {
                var at = random.Next(4) switch { 0 => random.Next(1024), 1 => bytes.Length - 1 - random.Next(1024), _ => random.Next(bytes.Length) };
                bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(bytes[at] ^ (1 << random.Next(8))), _ => (byte)"{}[]\",:09-ex\\u"[random.Next(14)] };
            }
            if (random.Next(8) == 0) bytes = bytes[..random.Next(bytes.Length)];
            File.WriteAllBytes(folder.File, bytes);
            try
            {
                var tokenizer = TokenizerLoader.Open(folder.File);
                var ids = tokenizer.Encode("Hello <s> w\u00F6rld 123 \U0001F600<|eot_id|>", addSpecialTokens: true);
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                tokenizer.Decode(ids);
            }
            catch (EspalierException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1, rounds);
    }

    private static TextTokenizer Open(byte[] content)
    {
        using var folder = new TemporaryFolder("tokenizer.json");
        File.WriteAllBytes(folder.File, content);
        return TokenizerLoader.Open(folder.File);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly string path = Directory.CreateTempSubdirectory("espalier-").FullName;

        public TemporaryFolder(string name)
        {
            File = Path.Combine(path, Path.GetFileName(name));
        }

        public string File { get; }

        public void Dispose() => Directory.Delete(path, recursive: true);
    }
}
