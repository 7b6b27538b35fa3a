namespace Espalier.Recipes;

/// <summary>A value of a recipe that is out of range.</summary>
/// <param name="Key">The key, in kebab-case.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What the user can do, if there is more to say.</param>
internal sealed record RecipeFault(string Key, string Problem, string? Remedy);
