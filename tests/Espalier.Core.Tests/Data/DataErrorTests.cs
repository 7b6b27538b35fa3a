using Espalier.Data;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Data;

public sealed class DataErrorTests
{
    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        using var folder = new DataFolder();
        var path = folder.File("none.txt");
        Assert.Contains("none.txt: the file does not exist", Refusal<UsageException>(new DataRequest { Path = path, Tokenizer = folder.Tokenizer }), StringComparison.Ordinal);
        Assert.Contains("it is a folder", Refusal<UsageException>(new DataRequest { Path = Path.GetDirectoryName(path)!, Tokenizer = folder.Tokenizer }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_without_tokenizer_or_with_a_field_is_refused()
    {
        using var folder = new DataFolder();
        var request = folder.Text("t.txt", "abc");
        Assert.Contains("the model has none", Refusal<UsageException>(request with { Tokenizer = null }), StringComparison.Ordinal);
        Assert.Contains("a text file has none", Refusal<UsageException>(request with { Field = "text" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0xC3, (byte)'b' }, "byte 0xC3 at offset 1")]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, "byte 0xFF at offset 0")]
    [InlineData(new byte[] { (byte)'a', (byte)'b', 0xE2, 0x82 }, "byte 0xE2 at offset 2")]
    public void Invalid_utf8_is_named_by_byte_and_offset(byte[] bytes, string expected)
    {
        using var folder = new DataFolder();
        Assert.Contains(expected, Refusal<InvalidFileException>(folder.Text("t.txt", bytes)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"text\":\"a\"}\n{\"title\":\"b\",\"content\":\"c\"}\n", "line 2: there is no field 'text'; the fields are 'title', 'content'")]
    [InlineData("{\"text\":\"a\"}\n\n{\"text\":\n", "line 3: it is not valid JSON")]
    [InlineData("{\"text\":\"a\"}\n[1]\n", "line 2: it is not a JSON object")]
    [InlineData("{\"text\":[\"a\"]}\n", "line 1: the field 'text' holds a list, not a text")]
    [InlineData("{}\n", "line 1: there is no field 'text'; the object is empty")]
    [InlineData("{\"text\":\"\\ud800\"}\n", "line 1: it is not valid JSON")]
    public void A_bad_json_line_is_named_by_its_number(string content, string expected)
    {
        using var folder = new DataFolder();
        Assert.Contains(expected, Refusal<InvalidFileException>(folder.Text("d.jsonl", content)), StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf8_in_a_json_line_is_named_by_its_number()
    {
        using var folder = new DataFolder();
        byte[] content = [.. "{\"text\":\"a\"}\n{\"text\":\""u8, 0xC3, .. "\"}\n"u8];
        Assert.Contains("line 2: it is not valid JSON", Refusal<InvalidFileException>(folder.Text("d.jsonl", content)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_tensors_of_a_token_file_are_listed_when_none_or_a_wrong_one_is_named()
    {
        using var folder = new DataFolder();
        var request = folder.Tokens(("input_ids", Ids(1, 2)), ("labels", Ids(1, 2)));
        Assert.Contains("2 tensors: 'input_ids', 'labels'", Refusal<UsageException>(request), StringComparison.Ordinal);
        Assert.Contains("there is no tensor 'input_id'; there are: 'input_ids', 'labels'. Did you mean 'input_ids'", Refusal<UsageException>(request with { Field = "input_id" }), StringComparison.Ordinal);
        Assert.Equal([1, 2], EvaluationText.Open(request with { Field = "labels" }).Ids.ToArray());
    }

    [Fact]
    public void Tensors_that_hold_no_ids_are_refused()
    {
        using var folder = new DataFolder();
        Assert.Contains("its elements are F32", Refusal<InvalidFileException>(folder.Tokens(("x", ArrayTensorData.FromSingles(new TensorShape(2), [1, 2])))), StringComparison.Ordinal);
        Assert.Contains("its shape is [1, 1, 2]", Refusal<InvalidFileException>(folder.Tokens(("x", ArrayTensorData.FromInt64(new TensorShape(1, 1, 2), 1, 2)))), StringComparison.Ordinal);
        Assert.Contains("it is empty", Refusal<InvalidFileException>(folder.Tokens(("x", ArrayTensorData.FromInt64(new TensorShape(0, 4))))), StringComparison.Ordinal);
        Assert.Contains("the value 4294967296 at index 1", Refusal<InvalidFileException>(folder.Tokens(("x", Ids(1, 1L << 32)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_outside_the_vocabulary_are_named_with_place_and_value()
    {
        using var folder = new DataFolder();
        var rows = folder.Tokens(("x", ArrayTensorData.FromInt64(new TensorShape(2, 3), 1, 2, 3, 4, 5, 512))) with { VocabularySize = 512 };
        var message = Refusal<InvalidFileException>(rows);
        Assert.Contains("sample 1, position 2: the token id 512 is outside the vocabulary", message, StringComparison.Ordinal);
        Assert.Contains("512 (0 to 511)", message, StringComparison.Ordinal);
        Assert.Throws<InvalidFileException>(() => CalibrationSamples.Draw(rows, 1, 3, new SeededRandom(0)));
        Assert.Contains("position 1: the token id -1", Refusal<InvalidFileException>(folder.Tokens(("x", Ids(1, -1)))), StringComparison.Ordinal);
        Assert.Equal(6, EvaluationText.Open(folder.Tokens(("x", Ids(1, 2, 3, 4, 5, 511))) with { VocabularySize = 512 }).Ids.Length);
        Assert.Contains("the tokenizer gives the id 98 at position 1, but the model's vocabulary has 98", Refusal<EspalierException>(folder.Text("t.txt", "abc") with { VocabularySize = 98 }), StringComparison.Ordinal);
    }

    private static TensorData Ids(params long[] ids) => ArrayTensorData.FromInt64(new TensorShape(ids.Length), ids);

    private static string Refusal<T>(DataRequest request)
        where T : EspalierException => Assert.Throws<T>(() => EvaluationText.Open(request)).Message;
}
