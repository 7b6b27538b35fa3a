using System.Globalization;
using Espalier.Formats;

namespace Espalier.Recipes;

/// <summary>A recipe while it is read: converts values, remembers lines, and finds what is missing or out of range at the end.</summary>
/// <param name="name">Name of the source for messages.</param>
internal sealed class RecipeDraft(string name)
{
    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly Dictionary<string, long> _lines = [];
    private readonly Dictionary<string, string> _options = [];
    private readonly List<string> _exclude = [];

    // The required keys are set before the draft is completed, or it is refused.
    private PruneRecipe _recipe = new() { Model = "", Method = "" };

    public void Begin(string key, long line) => _lines[key] = line;

    public void Set(string key, string? value, long line)
    {
        Begin(key, line);
        _recipe = key switch
        {
            RecipeKeys.Model => _recipe with { Model = Required(key, value, line) },
            RecipeKeys.Method => _recipe with { Method = Required(key, value, line) },
            RecipeKeys.Sparsity => _recipe with { Sparsity = value is null ? null : Number(key, value, line) },
            RecipeKeys.Pattern => _recipe with { Pattern = Required(key, value, line) },
            RecipeKeys.Scope => _recipe with { Scope = value },
            RecipeKeys.Data => _recipe with { Data = value },
            RecipeKeys.DataField => _recipe with { DataField = value },
            RecipeKeys.Samples => _recipe with { Samples = value is null ? null : Integer(key, value, line) },
            RecipeKeys.SequenceLength => _recipe with { SequenceLength = value is null ? null : Integer(key, value, line) },
            RecipeKeys.Seed => _recipe with { Seed = Integer(key, Required(key, value, line), line) },
            RecipeKeys.OutputType => _recipe with { OutputType = Required(key, value, line) },
            RecipeKeys.Device => _recipe with { Device = Required(key, value, line) },
            RecipeKeys.Threads => _recipe with { Threads = value is null ? null : Integer(key, value, line) },
            RecipeKeys.Options when value is null => _recipe,
            RecipeKeys.Exclude when value is null => _recipe,
            RecipeKeys.Options => throw Wrong(key, line, "the value is not a mapping of option names to values"),
            RecipeKeys.Exclude => throw Wrong(key, line, "the value is not a list of layer names", "Write [a, b], or one '- name' per line"),
            _ => throw UnknownKey(key, line),
        };
    }

    public void AddOption(string option, string? value, long line) =>
        _options.Add(option, value ?? throw Wrong(RecipeKeys.Options, line, $"the option {NearNames.Quote(option)} has no value"));

    public void AddExclude(string? layer, long line) =>
        _exclude.Add(layer ?? throw Wrong(RecipeKeys.Exclude, line, "an item of the list is empty"));

    /// <summary>The recipe, or a refusal that names line and key.</summary>
    public PruneRecipe Complete()
    {
        foreach (var key in new[] { RecipeKeys.Model, RecipeKeys.Method })
        {
            if (!_lines.ContainsKey(key)) throw new UsageException($"the key '{key}' is missing", name, $"Add a line '{key}: ...'");
        }
        var recipe = _recipe with { Options = _options, Exclude = _exclude };
        var fault = RecipeValidation.Faults(recipe).FirstOrDefault();
        return fault is null ? recipe : throw Wrong(fault.Key, _lines[fault.Key], fault.Problem, fault.Remedy);
    }

    public UsageException UnknownKey(string key, long line) => new(
        "there is no such key in a recipe",
        Where(key, line),
        NearNames.Suggest(key, RecipeKeys.All) ?? $"The keys are {string.Join(", ", RecipeKeys.All)}");

    public UsageException Wrong(string key, long line, string problem, string? remedy = null) => new(problem, Where(key, line), remedy ?? "Correct it there");

    private string Where(string key, long line) => $"{name}, line {line}, key {NearNames.Quote(key)}";

    private string Required(string key, string? value, long line) => value ?? throw Wrong(key, line, "the value is missing");

    private double Number(string key, string value, long line) =>
        double.TryParse(value, Decimal, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(key, line, $"{NearNames.Quote(value)} is not a number", value.EndsWith('%') ? "Write 50 % as 0.5" : null);

    private int Integer(string key, string value, long line) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(key, line, $"{NearNames.Quote(value)} is not a whole number that fits 32 bits");
}
