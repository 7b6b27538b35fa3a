using Espalier.Recipes;

namespace Espalier.Methods.Wanda;

/// <summary>Options of Wanda; where weights compete is the recipe's scope.</summary>
public sealed record WandaOptions
{
    /// <summary>The variant of the paper's appendix: each row loses the same share of its summed score instead of the same number of weights.</summary>
    [Option("let the sparsity of rows differ: each loses the same share of its summed score", Symbol = "use_variant")]
    public bool Adaptive { get; init; }
}
