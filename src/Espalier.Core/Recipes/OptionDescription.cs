namespace Espalier.Recipes;

/// <summary>What a command line can say about an option.</summary>
/// <param name="Name">Name in kebab-case.</param>
/// <param name="Type"><c>integer</c>, <c>number</c>, <c>true|false</c>, <c>text</c>, or the values of an enumeration separated by <c>|</c>; with <c>|none</c> where the option may be left unset.</param>
/// <param name="Default">Default as it would be written; <c>none</c> for no value; null if the option must be given.</param>
/// <param name="Meaning">What it does; empty if undocumented.</param>
/// <param name="Symbol">The paper's symbol, if it has one.</param>
/// <param name="Range">Range of numbers, for example <c>[0, 1)</c>, if bounded.</param>
public sealed record OptionDescription(string Name, string Type, string? Default, string Meaning, string? Symbol, string? Range);
