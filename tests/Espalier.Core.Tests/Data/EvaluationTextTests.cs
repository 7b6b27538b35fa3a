using System.Security.Cryptography;
using System.Text;
using Espalier.Data;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Data;

public sealed class EvaluationTextTests
{
    [Fact]
    public void A_text_is_tokenised_whole_and_cut_into_windows_without_its_tail()
    {
        using var folder = new DataFolder();
        var request = folder.Text("poem.txt", " ab\ncdefghij\n");
        var text = EvaluationText.Open(request);
        Assert.Equal(" ab\ncdefghij\n".Select(c => (int)c), text.Ids.ToArray());

        var windows = text.Windows(5);

        Assert.Equal((2, 5), (windows.Count, windows.Length));
        Assert.Equal(" ab\nc".Select(c => (int)c), windows[0].ToArray());
        Assert.Equal("defgh".Select(c => (int)c), windows[1].ToArray());
        Assert.Equal("defgh".Select(c => (long)c), windows.ToInt64(1, 1));
        Assert.Equal("poem.txt", windows.Protocol.File);
        Assert.Equal("characters", windows.Protocol.Tokenizer);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(request.Path))), windows.Protocol.Sha256);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF32.GetBytes(" ab\ncdefgh"))), windows.Protocol.TokensSha256);
        Assert.Equal(1, text.Windows(5, 1).Count);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text()
    {
        using var folder = new DataFolder();
        var text = EvaluationText.Open(folder.Text("marked.txt", [0xEF, 0xBB, 0xBF, (byte)'a', (byte)'b']));
        Assert.Equal(['a', 'b'], text.Ids.ToArray());
    }

    [Fact]
    public void Documents_are_joined_in_their_order_with_the_end_of_text_id_between()
    {
        using var folder = new DataFolder();
        // The line is longer than the read buffer; the last has no line end; one is empty.
        var big = new string('x', 200_000);
        var text = EvaluationText.Open(folder.Text("d.jsonl", $$"""{"text": "a\u00e4"}{{"\n\n"}}{"id": 1, "text": "{{big}}"}{{"\r\n"}}{"text": "z"}"""));
        Assert.Equal([.. "aä\0".Select(c => (int)c), .. big.Select(c => (int)c), 0, 'z'], text.Ids.ToArray());
    }

    [Fact]
    public void Without_an_end_of_text_id_documents_touch_and_the_protocol_says_so()
    {
        using var folder = new DataFolder { Tokenizer = new CharacterTokenizer(eosId: null) };
        var text = EvaluationText.Open(folder.Text("d.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"));
        Assert.Equal(['a', 'b'], text.Ids.ToArray());
        Assert.Contains("nothing between documents", text.Windows(2).Protocol.Preparation, StringComparison.Ordinal);
    }

    public static TheoryData<ElementType> IntegerTypes => [ElementType.I64, ElementType.I32, ElementType.I16, ElementType.I8, ElementType.U64, ElementType.U32, ElementType.U16, ElementType.U8];

    [Theory]
    [MemberData(nameof(IntegerTypes))]
    public void Rows_of_ids_of_any_integer_type_are_windows_of_their_own(ElementType type)
    {
        using var folder = new DataFolder();
        var shape = new TensorShape(2, 3);
        var data = type.Size() switch
        {
            8 => ArrayTensorData.Create<long>(type, shape, [1, 2, 3, 4, 5, 6]),
            4 => ArrayTensorData.Create<int>(type, shape, [1, 2, 3, 4, 5, 6]),
            2 => ArrayTensorData.Create<short>(type, shape, [1, 2, 3, 4, 5, 6]),
            _ => ArrayTensorData.Create<byte>(type, shape, [1, 2, 3, 4, 5, 6]),
        };
        var text = EvaluationText.Open(folder.Tokens(("input_ids", data)));
        Assert.Equal(3, text.RowLength);
        Assert.Equal([1, 2, 3, 4, 5, 6], text.Windows().Ids.ToArray());
        Assert.Equal([1, 2, 4, 5], text.Windows(2).Ids.ToArray());
        Assert.Equal([1, 2], text.Windows(2, 1).Ids.ToArray());
        Assert.Equal("none", text.Windows().Protocol.Tokenizer);
        var error = Assert.Throws<UsageException>(() => text.Windows(4));
        Assert.Contains("the rows have 3 tokens each, but a window needs 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_sequence_of_ids_is_cut_like_a_text()
    {
        using var folder = new DataFolder();
        var text = EvaluationText.Open(folder.Tokens(("ids", ArrayTensorData.FromInt64(new TensorShape(5), 9, 8, 7, 6, 5))));
        Assert.Null(text.RowLength);
        Assert.Equal([9, 8, 7, 6], text.Windows(2).Ids.ToArray());
    }

    [Theory]
    [InlineData(1, "it holds 1 token, but a window needs 1024", "Use a longer text.")]
    [InlineData(7, "it holds 7 tokens, but a window needs 1024", "a window of at most 7 tokens with --window")]
    public void A_text_that_is_too_short_is_refused_with_both_counts(int tokens, string problem, string remedy)
    {
        using var folder = new DataFolder();
        var text = EvaluationText.Open(folder.Text("short.txt", new string('a', tokens)));
        var error = Assert.Throws<UsageException>(() => text.Windows(1024));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }
}
