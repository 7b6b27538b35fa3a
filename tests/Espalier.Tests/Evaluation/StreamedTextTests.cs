using Espalier.Evaluation;
using Espalier.Testing;
using Xunit;

namespace Espalier.Tests.Evaluation;

public sealed class StreamedTextTests
{
    [Fact]
    public void Characters_spread_over_tokens_come_whole()
    {
        using var model = Model.Open(SharedData.Require("models", "smollm2-135m"));
        var tokenizer = model.RequireTokenizer();
        const string Text = "Grüße, 枝を剪る 🌳 end";
        var ids = tokenizer.Encode(Text);
        Assert.True(ids.Length > Text.Length / 2, "some characters take several tokens");
        var streamed = new StreamedText(tokenizer, tokenizer.Encode("before "));
        var pieces = ids.Select(streamed.Add).ToArray();
        Assert.DoesNotContain(pieces, piece => piece.Contains('\uFFFD', StringComparison.Ordinal));
        Assert.Contains("", pieces);
        Assert.Equal(Text, string.Concat(pieces) + streamed.Finish());
    }

    [Fact]
    public void What_stays_incomplete_comes_at_the_end()
    {
        using var model = Model.Open(SharedData.Require("models", "smollm2-135m"));
        var tokenizer = model.RequireTokenizer();
        var ids = tokenizer.Encode("🌳");
        Assert.True(ids.Length > 1);
        var streamed = new StreamedText(tokenizer, []);
        Assert.Equal("", streamed.Add(ids[0]));
        Assert.Contains('\uFFFD', streamed.Finish());
    }
}
