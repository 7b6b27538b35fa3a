namespace Espalier.Recipes;

/// <summary>Describes a property of an options record for the command line and the documentation.</summary>
/// <param name="meaning">What the option does, with its unit.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string meaning) : Attribute
{
    /// <summary>What the option does, with its unit.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>The paper's symbol, for example <c>lambda</c>.</summary>
    public string? Symbol { get; init; }
}
