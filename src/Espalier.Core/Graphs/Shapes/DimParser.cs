namespace Espalier.Graphs.Shapes;

/// <summary>
/// Reads the texts that <see cref="Dim"/> prints and exporters write for sizes, such as <c>past + sequence</c>, <c>2*h</c> or
/// <c>floor((h + 1)/2)</c>. Sums need spaces around their signs, so that names with hyphens stay names.
/// </summary>
internal ref struct DimParser
{
    // Deeper texts are not expressions that anybody wrote.
    private const int MaximumDepth = 16;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private DimParser(ReadOnlySpan<char> text)
    {
        _text = text;
    }

    /// <summary>The size that a text means; a text that is no expression is a symbol as a whole.</summary>
    public static Dim Parse(string text)
    {
        if (text.Length == 0 || text.Length > DimPolynomial.MaximumText) return text;
        var parser = new DimParser(text);
        return parser.Sum() is { IsUnknown: false } dim && parser._at == text.Length ? dim : text;
    }

    private Dim Sum()
    {
        if (++_depth > MaximumDepth) return Dim.Unknown;
        var isNegative = Accept("-");
        var sum = Product();
        if (isNegative) sum = 0 - sum;
        while (true)
        {
            if (Accept(" + ")) sum += Product();
            else if (Accept(" - ")) sum -= Product();
            else break;
        }
        _depth--;
        return sum;
    }

    private Dim Product()
    {
        var product = Factor();
        while (Accept("*")) product *= Factor();
        return product;
    }

    private Dim Factor()
    {
        if (Accept("(")) return Closed(Sum());
        if (Accept("floor("))
        {
            var dividend = Product();
            return Accept("/") ? Closed(Dim.FloorDivide(dividend, Factor())) : Dim.Unknown;
        }
        if (Accept("min(")) return Pair(DimFunction.Min);
        if (Accept("max(")) return Pair(DimFunction.Max);
        if (Accept("broadcast(")) return Pair(DimFunction.Broadcast);
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.')) _at++;
        var word = _text[start.._at];
        if (word.Length == 0) return Dim.Unknown;
        if (!char.IsDigit(word[0])) return word.ToString();
        return long.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : Dim.Unknown;
    }

    private Dim Pair(DimFunction function)
    {
        var left = Sum();
        if (!Accept(", ")) return Dim.Unknown;
        var right = Sum();
        return Closed(function == DimFunction.Broadcast ? DimArithmetic.Broadcast(left, right) : DimArithmetic.Choose(function, left, right));
    }

    private Dim Closed(Dim dim) => Accept(")") ? dim : Dim.Unknown;

    private bool Accept(string token)
    {
        if (!_text[_at..].StartsWith(token, StringComparison.Ordinal)) return false;
        _at += token.Length;
        return true;
    }
}
