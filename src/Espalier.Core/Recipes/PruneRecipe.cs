namespace Espalier.Recipes;

/// <summary>
/// Everything that determines the result of a pruning run, written down. A recipe file (YAML) holds the same keys in kebab-case; the report embeds it.
/// The same recipe on the same machine gives the same bits.
/// </summary>
public sealed record PruneRecipe
{
    /// <summary>Folder or file of the model to prune.</summary>
    public required string Model { get; init; }

    /// <summary>Id of the method, for example <c>wanda</c>; see <c>espalier methods</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Fraction of the weights of each prunable layer to remove, in [0, 1). Follows from the pattern for N:M.</summary>
    public double? Sparsity { get; init; }

    /// <summary>Pattern: <c>unstructured</c>, <c>N:M</c> (N kept of M, for example <c>2:4</c>), or <c>block:RxC</c>.</summary>
    public string Pattern { get; init; } = "unstructured";

    /// <summary>Where weights compete: <c>row</c>, <c>layer</c>, <c>global</c>, or null for the method's own default.</summary>
    public string? Scope { get; init; }

    /// <summary>Options of the method by name in kebab-case, for example <c>damping</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of layers to leave dense; <c>*</c> stands for any text, for example <c>*.mlp.down_proj</c>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Calibration data: a text file, JSON lines, or safetensors with token ids [samples, length].</summary>
    public string? Data { get; init; }

    /// <summary>Field of the JSON lines, or name of the safetensors' tensor.</summary>
    public string? DataField { get; init; }

    /// <summary>Calibration samples; null for all rows of a token file, 128 of other data.</summary>
    public int? Samples { get; init; }

    /// <summary>Tokens per calibration sample; null for the length of a token file's rows, or 2048 but at most the model's context.</summary>
    public int? SequenceLength { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public int Seed { get; init; }

    /// <summary>Element type of the written weights: <c>same</c> as the source (32-bit floats for quantised sources), <c>f32</c>, <c>f16</c> or <c>bf16</c>.</summary>
    public string OutputType { get; init; } = "same";

    /// <summary>Device of the forward passes, for example <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads; null for all cores. Bits of the result may depend on it.</summary>
    public int? Threads { get; init; }
}
