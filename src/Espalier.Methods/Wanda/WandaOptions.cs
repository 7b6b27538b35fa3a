namespace Espalier.Methods.Wanda;

/// <summary>Wanda has no options of its own; where weights compete is the recipe's scope.</summary>
public sealed record WandaOptions;
