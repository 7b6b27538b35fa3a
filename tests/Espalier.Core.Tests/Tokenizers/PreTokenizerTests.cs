using System.Text.RegularExpressions;
using Espalier.Formats.Tokenizers;
using Xunit;

namespace Espalier.Core.Tests.Tokenizers;

public sealed class PreTokenizerTests
{
    // Within the Basic Multilingual Plane .NET's regular expressions see what the reference sees.
    private static readonly char[] Pool = [.. "aZé汉ªsStTdrevmlLM0９Ⅷ½٣'’ \t\n\r\u0085\u00A0\u2003\u2028\u3000.,-_!\u0301\u200D\u0378\u2581"];

    [Theory]
    [InlineData(Gpt2Pattern.Expression)]
    [InlineData(Llama3Pattern.ThreeDigitExpression)]
    [InlineData(Llama3Pattern.OneDigitExpression)]
    public void Hand_written_scanners_match_as_the_expressions_do(string expression)
    {
        TextPattern pattern = expression switch
        {
            Gpt2Pattern.Expression => new Gpt2Pattern(),
            Llama3Pattern.ThreeDigitExpression => new Llama3Pattern(3),
            _ => new Llama3Pattern(1),
        };
        var regex = new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Compiled);
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            // Half of the strings favour the characters around contractions and line ends.
            var pool = round % 2 == 0 ? Pool : "'sStrelvVEd \n\r1a".ToCharArray();
            var text = new string(random.GetItems(pool, random.Next(1, 24)));
            Assert.Equal(regex.Matches(text).Select(static match => match.Value), Matches(pattern, text));
        }
    }

    [Fact]
    public void Characters_above_FFFF_keep_their_class()
    {
        // Mathematical letters, an Ottoman digit, a CJK ideograph, an emoji.
        Assert.Equal(["\U0001D4B3\U0001D4CE", " \U0001D7D8\U0001D7D9", " \U00020000", " \U0001F600"], Matches(new Gpt2Pattern(), "\U0001D4B3\U0001D4CE \U0001D7D8\U0001D7D9 \U00020000 \U0001F600"));
        Assert.Equal(["\U0001F600\U0001D4B3", "\U0001D7D8\U0001D7D9\U0001D7DA", "\U0001D7DB"], Matches(new Llama3Pattern(3), "\U0001F600\U0001D4B3\U0001D7D8\U0001D7D9\U0001D7DA\U0001D7DB"));
        // Under case folding the long s is an s.
        Assert.Equal(["it", "'\u017F"], Matches(new Llama3Pattern(1), "it'\u017F"));
    }

    // The example in the documentation of the tokenizers library.
    [Theory]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void Split_behaviours(string behavior, string expected)
    {
        var split = new SplitPreTokenizer(new LiteralPattern("-"), Enum.Parse<SplitBehavior>(behavior), invert: false);
        Assert.Equal(expected, string.Join('|', Split(split, "the-final--countdown")));
    }

    [Fact]
    public void Inverted_split_keeps_what_matches_apart()
    {
        var split = new SplitPreTokenizer(new NumberPattern(int.MaxValue), SplitBehavior.Removed, invert: true);
        Assert.Equal(["12", "3"], Split(split, "a12 b3c"));
    }

    [Fact]
    public void Metaspace_prefixes_and_splits()
    {
        Assert.Equal(["▁Hey", "▁", "▁", "▁friend!"], Split(new MetaspacePreTokenizer("▁", PrependScheme.Always, split: true), "Hey   friend!"));
        Assert.Equal(["▁Hey", "▁you"], Split(new MetaspacePreTokenizer("▁", PrependScheme.Always, split: true), " Hey you"));
        Assert.Equal(["Hey▁you"], Split(new MetaspacePreTokenizer("▁", PrependScheme.Never, split: false), "Hey you"));
        // "First": only where the original text begins.
        var later = new List<TextSpan>();
        new MetaspacePreTokenizer("▁", PrependScheme.First, split: false).Split(new TextSpan(new AlignedText("<s>Hey"), 3, 3), later);
        Assert.Equal(["Hey"], later.Select(static word => word.Chars.ToString()));
        Assert.Equal(" a b", string.Concat(new MetaspaceDecoder("▁", PrependScheme.Never).Decode(["▁a", "▁b"])));
        Assert.Equal("a b", string.Concat(new MetaspaceDecoder("▁", PrependScheme.Always).Decode(["▁a", "▁b"])));
    }

    [Fact]
    public void Added_tokens_are_found_as_asked()
    {
        var finder = new AddedTokenFinder(
        [
            ("<a>", new AddedToken(1, "<a>") { StripLeft = true }),
            ("<ab>", new AddedToken(2, "<ab>") { StripRight = true }),
            ("<ab>c", new AddedToken(3, "<ab>c")),
            ("new", new AddedToken(4, "new") { SingleWord = true }),
        ]);
        Assert.Equal("x|  <a>:1|y", Found(finder, "x  <a>y"));
        Assert.Equal("<ab>  :2|z", Found(finder, "<ab>  z"));
        Assert.Equal("<ab>c:3|d", Found(finder, "<ab>cd")); // the longest
        Assert.Equal("new:4| renew news |new:4|, |new:4", Found(finder, "new renew news new, new"));
        Assert.Equal("<ab> :2|<a>:1", Found(finder, "<ab> <a>")); // the space belongs to the first that takes it
        Assert.Equal("", Found(finder, ""));
    }

    private static string Found(AddedTokenFinder finder, string text)
    {
        var output = new List<(TextSpan Span, AddedToken? Token)>();
        finder.Split(TextSpan.Whole(new AlignedText(text)), output);
        return string.Join('|', output.Select(static part => part.Token is null ? part.Span.Chars.ToString() : $"{part.Span.Chars}:{part.Token.Id}"));
    }

    private static List<string> Matches(TextPattern pattern, string text)
    {
        var found = new List<string>();
        for (var at = 0; pattern.TryMatch(text, at, out var start, out var end); at = end) found.Add(text[start..end]);
        return found;
    }

    private static List<string> Split(PreTokenizer preTokenizer, string text)
    {
        var words = new List<TextSpan>();
        preTokenizer.Split(TextSpan.Whole(new AlignedText(text)), words);
        return words.ConvertAll(static word => word.Chars.ToString());
    }
}
