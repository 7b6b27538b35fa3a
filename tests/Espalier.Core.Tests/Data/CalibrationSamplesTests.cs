using Espalier.Data;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Data;

public sealed class CalibrationSamplesTests
{
    private static readonly string LongText = string.Concat(Enumerable.Range(0, 500).Select(i => (char)(0x4E00 + i)));

    [Fact]
    public void A_text_gives_distinct_windows_and_the_seed_decides_which()
    {
        using var folder = new DataFolder();
        var request = folder.Text("t.txt", LongText);
        var rows = CalibrationSamples.Draw(request, 40, 16, new SeededRandom(5));

        Assert.Equal((40, 16), (rows.Count, rows.Length));
        var starts = new HashSet<int>();
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i].ToArray();
            Assert.Equal(Enumerable.Range(row[0], 16), row); // every character follows the one before
            Assert.True(starts.Add(row[0]));
        }
        Assert.True(starts.Max() - starts.Min() > 300, "the windows come from the whole text");
        Assert.Equal(rows.Ids.ToArray(), CalibrationSamples.Draw(request, 40, 16, new SeededRandom(5)).Ids.ToArray());
        Assert.NotEqual(rows.Ids.ToArray(), CalibrationSamples.Draw(request, 40, 16, new SeededRandom(6)).Ids.ToArray());
        Assert.Contains("seed 5", rows.Protocol.Preparation, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_place_of_a_text_can_be_drawn_the_last_one_too()
    {
        using var folder = new DataFolder();
        var rows = CalibrationSamples.Draw(folder.Text("t.txt", "abcdef"), 3, 4, new SeededRandom(0));
        Assert.Equal(["abcd", "bcde", "cdef"], Enumerable.Range(0, 3).Select(i => string.Concat(rows[i].ToArray().Select(id => (char)id))).Order());
    }

    [Fact]
    public void Documents_are_shuffled_joined_and_cut_and_no_more_are_tokenised_than_needed()
    {
        using var folder = new DataFolder();
        var documents = Enumerable.Range(0, 26).Select(i => new string((char)('a' + i), 3)).ToArray();
        var request = folder.Text("d.jsonl", string.Concat(documents.Select(text => $"{{\"body\":\"{text}\"}}\n"))) with { Field = "body" };

        var rows = CalibrationSamples.Draw(request, 3, 9, new SeededRandom(1));

        var joined = string.Concat(rows.Ids.ToArray().Select(id => (char)id)); // aaa0bbb0 ... ggg: 27 ids are seven documents
        var parts = joined.Split('\0');
        Assert.Equal(7, parts.Length);
        Assert.All(parts, part => Assert.Contains(part, documents));
        Assert.Equal(7, parts.Distinct().Count());
        Assert.NotEqual(parts.Order(), parts);
        Assert.Equal(7, folder.Tokenizer.Encoded);
        Assert.Equal(rows.Ids.ToArray(), CalibrationSamples.Draw(request, 3, 9, new SeededRandom(1)).Ids.ToArray());
        Assert.NotEqual(rows.Ids.ToArray(), CalibrationSamples.Draw(request, 3, 9, new SeededRandom(2)).Ids.ToArray());
    }

    [Fact]
    public void A_token_file_gives_its_first_rows_cut_to_the_length()
    {
        using var folder = new DataFolder();
        var request = folder.Tokens(("ids", ArrayTensorData.FromInt64(new TensorShape(3, 4), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)));
        Assert.Equal(4, CalibrationSamples.ShapeOf(request)?.Length);
        Assert.Equal([1, 2, 3, 5, 6, 7], CalibrationSamples.Draw(request, 2, 3, new SeededRandom(0)).Ids.ToArray());
        Assert.Contains("it holds 3 samples, but 4 are wanted", Assert.Throws<UsageException>(() => CalibrationSamples.Draw(request, 4, 3, new SeededRandom(0))).Message, StringComparison.Ordinal);
        Assert.Contains("its samples have 4 tokens, but 5 are wanted", Assert.Throws<UsageException>(() => CalibrationSamples.Draw(request, 2, 5, new SeededRandom(0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_one_word_is_refused_with_what_it_holds_and_what_is_needed()
    {
        using var folder = new DataFolder();
        var error = Assert.Throws<UsageException>(() => CalibrationSamples.Draw(folder.Text("t.txt", "word"), 128, 2048, new SeededRandom(0)));
        Assert.Contains("it holds 4 tokens, but 128 samples of 2048 need at least 2175", error.Message, StringComparison.Ordinal);
        Assert.Contains("Use more text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_documents_are_refused_with_how_many_samples_would_do()
    {
        using var folder = new DataFolder();
        var request = folder.Text("d.jsonl", "{\"text\":\"abcd\"}\n{\"text\":\"efgh\"}\n");
        var error = Assert.Throws<UsageException>(() => CalibrationSamples.Draw(request, 3, 4, new SeededRandom(0)));
        Assert.Contains("it holds 9 tokens, but 3 samples of 4 need at least 12", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 2 samples", error.Message, StringComparison.Ordinal);
    }
}
