using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

/// <summary>The tokenizer written from a GGUF file reads text like the one inside it.</summary>
public sealed class GgufTokenizerJsonTests
{
    [Fact]
    public void The_tokenizer_of_SmolLM2_survives()
    {
        var source = Path.Combine(SharedData.Require("models", "smollm2-135m"), "SmolLM2-135M-Instruct.Q4_1.gguf");
        var folder = Directory.CreateTempSubdirectory("espalier-gguf-tokenizer-");
        try
        {
            // A link, so that the folder's own tokenizer.json cannot be found beside the file.
            var link = Path.Combine(folder.FullName, "model.gguf");
            File.CreateSymbolicLink(link, source);
            using var model = Model.Open(link);
            var output = folder.CreateSubdirectory("out").FullName;

            model.WriteTokenizer(output);

            var written = TokenizerLoader.Open(Path.Combine(output, "tokenizer.json"));
            foreach (var text in Texts("bbpe-smollm2"))
            {
                Assert.Equal(model.RequireTokenizer().Encode(text, addSpecialTokens: true), written.Encode(text, addSpecialTokens: true));
            }
            Assert.Equal(model.Tokenizer!.EosId, TokenizerLoader.TryOpenFolder(output)!.EosId);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_vocabulary_with_scores_survives()
    {
        string[] pieces = ["<unk>", "<s>", "</s>", "<0x41>", "\u2581", "a", "b", "c", "ab", "abc", "\u2581a", "\u2581ab"];
        var spec = new GgufTokenizerSpec
        {
            File = "made in the test",
            Model = "llama",
            Tokens = pieces,
            Scores = [0, 0, 0, 0, -20, -21, -22, -23, -1, -3, -4, -2],
            TokenTypes = [2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 1, 1],
            BosId = 1,
            EosId = 2,
            UnknownId = 0,
        };
        var folder = Directory.CreateTempSubdirectory("espalier-gguf-tokenizer-");
        try
        {
            GgufTokenizerJson.Save(spec, folder.FullName);

            var original = GgufTokenizer.Create(spec);
            var written = TokenizerLoader.Open(Path.Combine(folder.FullName, "tokenizer.json"));
            foreach (var text in (string[])["abc", "ab ab", "A abc", "cab aab", "a<s>b", ""])
            {
                Assert.Equal(original.Encode(text, addSpecialTokens: true), written.Encode(text, addSpecialTokens: true));
                Assert.Equal(original.Decode(original.Encode(text)), written.Decode(written.Encode(text)));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Texts(string folder)
    {
        using var oracle = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("oracles", "tokenizers", folder, "oracle.json")));
        return [.. oracle.RootElement.EnumerateArray().Select(item => item.GetProperty("text").GetString()!)];
    }
}
