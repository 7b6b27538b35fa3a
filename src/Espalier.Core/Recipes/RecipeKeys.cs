namespace Espalier.Recipes;

/// <summary>The keys of a recipe file: the properties of <see cref="PruneRecipe"/> in kebab-case.</summary>
internal static class RecipeKeys
{
    public const string Model = "model";
    public const string Method = "method";
    public const string Sparsity = "sparsity";
    public const string Pattern = "pattern";
    public const string Scope = "scope";
    public const string Options = "options";
    public const string Exclude = "exclude";
    public const string Data = "data";
    public const string DataField = "data-field";
    public const string Samples = "samples";
    public const string SequenceLength = "sequence-length";
    public const string Seed = "seed";
    public const string OutputType = "output-type";
    public const string Device = "device";
    public const string Threads = "threads";

    /// <summary>All keys, in the order in which they are written.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Model, Method, Sparsity, Pattern, Scope, Options, Exclude, Data, DataField, Samples, SequenceLength, Seed, OutputType, Device, Threads,
    ];
}
