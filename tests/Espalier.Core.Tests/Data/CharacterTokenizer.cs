using Espalier.Formats.Tokenizers;

namespace Espalier.Core.Tests.Data;

/// <summary>One token per UTF-16 unit, its id the unit's number: what a text becomes can be read off it.</summary>
internal sealed class CharacterTokenizer : TextTokenizer
{
    public CharacterTokenizer(int? eosId = 0) => EosId = eosId;

    public int Encoded { get; private set; }

    public override int VocabularySize => char.MaxValue + 1;

    public override string Identity => "characters";

    public override IReadOnlyList<TextToken> Tokenize(string text, bool addSpecialTokens = false) =>
        [.. text.Select((unit, i) => new TextToken(unit, unit.ToString(), i, i + 1))];

    public override int[] Encode(string text, bool addSpecialTokens = false)
    {
        Encoded++;
        return [.. text.Select(unit => (int)unit)];
    }

    public override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => string.Concat(ids.ToArray().Select(id => (char)id));

    public override string? TokenOf(int id) => ((char)id).ToString();

    public override int? IdOf(string token) => token.Length == 1 ? token[0] : null;
}
