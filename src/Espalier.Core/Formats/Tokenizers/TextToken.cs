namespace Espalier.Formats.Tokenizers;

/// <summary>One token of a text.</summary>
/// <param name="Id">The token's number in the vocabulary.</param>
/// <param name="Text">The token as the vocabulary spells it (byte-level tokens in their printable form, <c>Ġ</c> for a space).</param>
/// <param name="Start">First UTF-16 unit of the original text that the token covers. A token that holds part of a character covers all of
/// it, so neighbours may overlap.</param>
/// <param name="End">One past the last UTF-16 unit. Tokens that stand for no text (an added beginning-of-text token) are 0..0.</param>
public readonly record struct TextToken(int Id, string Text, int Start, int End);
