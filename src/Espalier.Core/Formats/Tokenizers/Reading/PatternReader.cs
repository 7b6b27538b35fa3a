namespace Espalier.Formats.Tokenizers;

/// <summary>Reads <c>pattern</c>: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    /// <summary>The fixed string that a component replaces.</summary>
    public static string Literal(JsonPart component)
    {
        var pattern = component.Get("pattern");
        if (pattern.TryGet("String") is { } literal) return NotEmpty(literal);
        var expression = pattern.Get("Regex").AsString();
        throw Components.Unsupported(component, $"replacing by the regular expression '{expression}'");
    }

    /// <summary>The pattern that a component splits at. Regular expressions are recognised by their text, because .NET's see surrogates
    /// where the reference sees characters.</summary>
    public static TextPattern Any(JsonPart component)
    {
        var pattern = component.Get("pattern");
        if (pattern.TryGet("String") is { } literal) return new LiteralPattern(NotEmpty(literal));
        return pattern.Get("Regex").AsString() switch
        {
            Gpt2Pattern.Expression => new Gpt2Pattern(),
            Llama3Pattern.ThreeDigitExpression => new Llama3Pattern(3),
            Llama3Pattern.OneDigitExpression => new Llama3Pattern(1),
            @"\p{N}" => new NumberPattern(1),
            @"\p{N}{1,3}" => new NumberPattern(3),
            @"\p{N}+" => new NumberPattern(int.MaxValue),
            var other => throw Components.Unsupported(component, $"splitting by the regular expression '{other}'"),
        };
    }

    private static string NotEmpty(JsonPart literal)
    {
        var text = literal.AsString();
        return text.Length > 0 ? text : throw literal.Error("the string is empty");
    }
}
