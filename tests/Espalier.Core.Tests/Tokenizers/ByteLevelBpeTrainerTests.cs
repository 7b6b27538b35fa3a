using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class ByteLevelBpeTrainerTests
{
    private const string Mixed = "the theme of these theses: aaaa aaa aa banana bananas, naïve café 汉字汉字 \U0001F600\U0001F600 don't  won't\n\nthe end 123 1234 123";

    [Theory]
    [InlineData(Mixed, 300)]
    [InlineData("", 256)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaa", 270)]
    public void Merges_are_those_of_counting_everything_again_each_time(string text, int size)
    {
        var learned = ByteLevelBpeTrainer.Train(text, size);
        Assert.Equal(PlainMerges(text, size), learned.Merges);
    }

    [Fact]
    public void Merges_of_real_text_are_those_of_counting_everything_again_each_time()
    {
        var text = File.ReadAllText(SharedData.Require("text", "tinyshakespeare", "input.txt"))[..40_000];
        Assert.Equal(PlainMerges(text, 500), ByteLevelBpeTrainer.Train(text, 500).Merges);
    }

    [Fact]
    public void A_saved_tokenizer_reads_back_with_identical_behaviour()
    {
        var text = File.ReadAllText(SharedData.Require("text", "tinyshakespeare", "input.txt"));
        var learned = ByteLevelBpeTrainer.Train([text, Mixed], 1000, ["<|endoftext|>", "<|pad|>"]);
        var folder = Path.Combine(Path.GetTempPath(), $"espalier-{Guid.NewGuid():N}");
        try
        {
            learned.Save(folder);
            var made = learned.CreateTokenizer();
            var read = TokenizerLoader.TryOpenFolder(folder)!;
            Assert.Equal(1000, read.VocabularySize);
            Assert.Equal(made.Identity, read.Identity);
            Assert.Equal((0, 0), (read.BosId, read.EosId));
            Assert.Equal((made.BosId, made.EosId), (read.BosId, read.EosId));
            foreach (var sample in new[] { text[..5000], Mixed, "<|endoftext|>a<|pad|> \uD800 b", "" })
            {
                var ids = read.Encode(sample);
                Assert.Equal(made.Tokenize(sample), read.Tokenize(sample));
                Assert.Equal(made.Encode(sample), ids);
                Assert.Equal(sample.Replace('\uD800', '\uFFFD'), read.Decode(ids));
            }
            // Saved files have the keys of files that the reference library wrote.
            Assert.Equal(Shape(SharedData.Require("oracles", "tokenizers", "bbpe-gpt2", "tokenizer.json")), Shape(Path.Combine(folder, "tokenizer.json")));
            Assert.Equal(["tokenizer.json", "tokenizer_config.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Training_is_deterministic_and_compresses()
    {
        var text = File.ReadAllText(SharedData.Require("text", "wikitext2", "wiki.test.raw"));
        var watch = Stopwatch.StartNew();
        var learned = ByteLevelBpeTrainer.Train(text, 4000, ["<|endoftext|>"]);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"training took {watch.Elapsed}");
        Assert.Equal(4000, learned.Tokens.Count);
        Assert.Equal(learned.Merges, ByteLevelBpeTrainer.Train([.. Pieces(text).Reverse()], 4000, ["<|endoftext|>"]).Merges);
        var ids = learned.CreateTokenizer().Encode(text);
        Assert.InRange(ids.Length, text.Length / 6, text.Length / 3);
        Assert.Equal(text, learned.CreateTokenizer().Decode(ids));
    }

    [Fact]
    public void Impossible_requests_are_refused()
    {
        Assert.Throws<UsageException>(() => ByteLevelBpeTrainer.Train("a", 256, ["<s>"]));
        Assert.Throws<UsageException>(() => ByteLevelBpeTrainer.Train("a", 300, [""]));
        Assert.Throws<UsageException>(() => ByteLevelBpeTrainer.Train("a", 300, ["a"]));
        Assert.Throws<UsageException>(() => ByteLevelBpeTrainer.Train("a", 300, ["<s>", "<s>"]));
        Assert.Throws<UsageException>(() => ByteLevelBpeTrainer.Train("a", 300, ["<\uD800>"]));
    }

    // Cut before " the", where a GPT-2 word ends, so that the words are the same in any order of the pieces.
    private static string[] Pieces(string text) => [.. text.Split(" the").Select(static (piece, i) => i == 0 ? piece : " the" + piece)];

    // The definition, without any bookkeeping: count all pairs, take the best, replace it.
    private static List<(string, string)> PlainMerges(string text, int size)
    {
        var gpt2 = new Gpt2Pattern();
        var words = new List<List<string>>();
        for (var at = 0; gpt2.TryMatch(text, at, out var start, out var end); at = end)
            words.Add([.. Encoding.UTF8.GetBytes(text[start..end]).Select(static value => ByteSymbols.Of(value).ToString())]);
        var ids = Enumerable.Range(0, 256).Select(static b => ByteSymbols.Of((byte)b).ToString()).Order(StringComparer.Ordinal).ToList();
        var merges = new List<(string, string)>();
        while (ids.Count < size)
        {
            var best = words.SelectMany(static word => word.Zip(word.Skip(1))).CountBy(static pair => pair).Where(static pair => pair.Value >= 2)
                .OrderByDescending(static pair => pair.Value).ThenBy(pair => ids.IndexOf(pair.Key.First)).ThenBy(pair => ids.IndexOf(pair.Key.Second))
                .Select(static pair => ((string, string)?)pair.Key).FirstOrDefault();
            if (best is not var (left, right)) break;
            merges.Add((left, right));
            if (!ids.Contains(left + right)) ids.Add(left + right);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right) continue;
                    word[i] = left + right;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return merges;
    }

    private static string Shape(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return string.Join('\n', Keys(document.RootElement, "").Distinct());
    }

    private static IEnumerable<string> Keys(JsonElement element, string path)
    {
        if (path == ".model.vocab") return [path];
        return element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Keys(property.Value, $"{path}.{property.Name}")).Prepend(path),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Keys(item, $"{path}[]")),
            _ => [path],
        };
    }
}
