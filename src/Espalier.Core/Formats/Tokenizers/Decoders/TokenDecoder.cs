using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>One step from token spellings back to text: a list of strings to a list of strings, joined at the end.</summary>
internal abstract class TokenDecoder
{
    public abstract List<string> Decode(List<string> tokens);
}

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<TokenDecoder> steps) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        foreach (var step in steps) tokens = step.Decode(tokens);
        return tokens;
    }
}

/// <summary>Byte symbols to bytes to text. A token with any other character stands for itself.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>(tokens.Count * 4);
        foreach (var token in tokens) bytes.AddRange(ByteSymbols.TryDecode(token) ?? Encoding.UTF8.GetBytes(token));
        return [Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Runs of tokens <c>&lt;0x00&gt;</c> to text; a run that is not valid UTF-8 becomes one U+FFFD per byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (TryByte(token, out var value))
            {
                run.Add(value);
                continue;
            }
            Flush(run, output);
            output.Add(token);
        }
        Flush(run, output);
        return output;
    }

    private static void Flush(List<byte> run, List<string> output)
    {
        if (run.Count == 0) return;
        try
        {
            output.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            output.Add(new string('\uFFFD', run.Count));
        }
        run.Clear();
    }

    private static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }
}

/// <summary>Joins all tokens to one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Joins all tokens with spaces; what the reference does in a file without a decoder.</summary>
internal sealed class SpaceJoinDecoder : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => [string.Join(' ', tokens)];
}

/// <summary>Replaces a string within each token.</summary>
internal sealed class ReplaceDecoder(string pattern, string content) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) =>
        tokens.ConvertAll(token => token.Replace(pattern, content, StringComparison.Ordinal));
}

/// <summary>Takes up to a number of characters off both ends of each token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens) => tokens.ConvertAll(token =>
    {
        var from = 0;
        while (from < start && from < token.Length && token[from] == content) from++;
        var to = token.Length;
        while (token.Length - to < stop && to > from && token[to - 1] == content) to--;
        return token[from..to];
    });
}

/// <summary>Turns the symbol for spaces back, and drops it at the very start if the pre-tokenizer put it there.</summary>
internal sealed class MetaspaceDecoder(string symbol, PrependScheme scheme) : TokenDecoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        foreach (var token in tokens)
        {
            var isFirst = output.Count == 0 && scheme != PrependScheme.Never;
            output.Add(token.Replace(symbol, isFirst ? "" : " ", StringComparison.Ordinal));
        }
        return output;
    }
}
