namespace Espalier.Formats.Tokenizers;

/// <summary>A token within a word, with the UTF-16 units of the word that it covers.</summary>
internal readonly record struct BpeSymbol(int Id, int Start, int End);
