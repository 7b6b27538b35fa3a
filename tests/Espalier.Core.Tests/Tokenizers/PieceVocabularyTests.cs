using System.Runtime.InteropServices;
using System.Text.Json;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class PieceVocabularyTests
{
    [Theory]
    [InlineData("vocab.json")]
    [InlineData("tok512.bin")]
    public void The_whole_TinyStories_file_gives_the_reference_ids(string file)
    {
        var tokenizer = TokenizerLoader.Open(SharedData.Require("models", "stories260K", file));
        var text = File.ReadAllText(SharedData.Require("text", "tinystories", "tinystories.txt"));

        var ids = tokenizer.Encode(text, addSpecialTokens: true);

        Assert.Equal(ReferenceIds(), ids);
        Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(512, tokenizer.VocabularySize);
        Assert.Equal(1, tokenizer.BosId);
        Assert.Equal(2, tokenizer.EosId);
    }

    [Fact]
    public void Characters_outside_the_vocabulary_fall_back_to_bytes()
    {
        var tokenizer = TokenizerLoader.TryOpenFolder(SharedData.Require("models", "stories260K"))!;
        var tokens = tokenizer.Tokenize("a\U0001F600");
        // " a", then the four bytes F0 9F 98 80 at 3 + value, each covering the whole character.
        Assert.Equal([261, 3 + 0xF0, 3 + 0x9F, 3 + 0x98, 3 + 0x80], tokens.Select(static token => token.Id));
        Assert.All(tokens.Skip(1), static token => Assert.Equal((1, 3), (token.Start, token.End)));
        Assert.Equal("a\U0001F600", tokenizer.Decode([.. tokens.Select(static token => token.Id)]));
        // Special tokens written in the text are characters, as in llama2.c.
        Assert.DoesNotContain(1, tokenizer.Encode("x\n<s>\n"));
    }

    [Fact]
    public void Chinese_characters_are_their_own_tokens()
    {
        var tokenizer = TokenizerLoader.TryOpenFolder(SharedData.Require("models", "zhpoem"))!;
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("models", "zhpoem", "vocab.json")));
        const string text = "主题：春 体裁：五绝\n";

        var ids = tokenizer.Encode(text);

        Assert.Equal(text.Select(c => vocabulary.RootElement.GetProperty(c.ToString()).GetInt32()), ids);
        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.Equal(2048, tokenizer.VocabularySize);
        Assert.Equal([0, 0], tokenizer.Encode("Ω\U0001F600"));
        Assert.Equal(0, tokenizer.UnknownId);
        Assert.Equal([1, 24], tokenizer.Encode("主", addSpecialTokens: true));
    }

    // One int16 tensor "ids" in a safetensors file, read by hand.
    private static int[] ReferenceIds()
    {
        var file = File.ReadAllBytes(SharedData.Require("oracles", "smollm2", "stories260K-ids.safetensors"));
        var header = 8 + (int)BitConverter.ToInt64(file, 0);
        return [.. MemoryMarshal.Cast<byte, short>(file.AsSpan(header)).ToArray().Select(static id => (int)id)];
    }
}
