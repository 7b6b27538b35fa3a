using CsCheck;
using Espalier.Recipes;
using Xunit;

namespace Espalier.Core.Tests.Recipes;

public sealed class RecipeFileTests
{
    // Texts that YAML could take for something else.
    private static readonly string[] Words =
    [
        "null", "~", "true", "No", "1e3", "0x1F", "1_000", ".inf", "-", "- a", "a: b", "a #b", "2:4", "2001-01-01", "<<", "=", "...", "---", "\U0001F333", "NaN", "Infinity", "-5",
    ];

    private static void AssertSame(PruneRecipe expected, PruneRecipe actual)
    {
        Assert.Equivalent(expected, actual, strict: true);
        Assert.Equal(expected.Options.OrderBy(pair => pair.Key, StringComparer.Ordinal), actual.Options.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(expected.Exclude, actual.Exclude);
    }

    private static PruneRecipe Recipe => new() { Model = "m", Method = "wanda" };

    [Fact]
    public void The_keys_are_the_properties_of_the_record_in_kebab_case()
    {
        var names = typeof(PruneRecipe).GetProperties().Where(property => property.SetMethod is not null).OrderBy(property => property.MetadataToken)
            .Select(property => string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString())));
        Assert.Equal(names, RecipeKeys.All);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var recipe = RecipeFile.Parse("""
            # a comment
            model: models/SmolLM-135M
            method: sparsegpt
            sparsity: 0.6
            pattern: 2:4
            scope: layer
            options:
              damping: 0.01
              block-size: 128
            exclude: [lm_head, '*.mlp.down_proj']
            data: "c4 \"train\".jsonl"
            data-field: text
            samples: 64
            sequence-length: 512
            seed: -7
            output-type: bf16
            device: cuda
            threads: 3
            """);
        AssertSame(new PruneRecipe
        {
            Model = "models/SmolLM-135M",
            Method = "sparsegpt",
            Sparsity = 0.6,
            Pattern = "2:4",
            Scope = "layer",
            Options = new Dictionary<string, string> { ["damping"] = "0.01", ["block-size"] = "128" },
            Exclude = ["lm_head", "*.mlp.down_proj"],
            Data = "c4 \"train\".jsonl",
            DataField = "text",
            Samples = 64,
            SequenceLength = 512,
            Seed = -7,
            OutputType = "bf16",
            Device = "cuda",
            Threads = 3,
        }, recipe);
    }

    [Fact]
    public void Absent_and_null_keys_have_their_defaults()
    {
        AssertSame(Recipe, RecipeFile.Parse("model: m\nmethod: wanda"));
        AssertSame(Recipe, RecipeFile.Parse("{model: m, method: wanda, sparsity: , scope: ~, options: null, exclude: , data: null, threads: Null}"));
    }

    [Fact]
    public void Any_recipe_survives_a_round_trip()
    {
        var text = Gen.Frequency(
            (3, Gen.String["abcXYZ019 .:/-_#'\"\\&*!|>%@`{}[],?\t\n\r~=\u00e9\u0085\u2028\uFEFF\u0007"]),
            (1, Gen.Int[0, Words.Length - 1].Select(i => Words[i])))
            .Where(value => !string.IsNullOrWhiteSpace(value));
        var optional = Gen.OneOf(Gen.Const((string?)null), text.Select(value => (string?)value));
        Gen.Select(
            Gen.Select(text, text, text, optional, optional, Gen.Bool),
            Gen.Select(Gen.Dictionary(text, text)[0, 4], text.Array[0, 4], Gen.Double[0, 0.999999].Nullable()),
            Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[2, int.MaxValue].Nullable(), Gen.Int, Gen.Int[1, 64].Nullable(), Gen.Int[0, 1].Select(i => i == 0 ? "same" : "f16"))).Sample((a, b, c) =>
        {
            var recipe = new PruneRecipe
            {
                Model = a.Item1,
                Method = a.Item2,
                Pattern = a.Item3,
                Data = a.Item4,
                DataField = a.Item4 is null ? null : a.Item5,
                Scope = a.Item6 ? "row" : null,
                Options = b.Item1,
                Exclude = b.Item2,
                Sparsity = b.Item3,
                Samples = c.Item1,
                SequenceLength = c.Item2,
                Seed = c.Item3,
                Threads = c.Item4,
                OutputType = c.Item5,
            };
            AssertSame(recipe, RecipeFile.Parse(RecipeFile.Format(recipe)));
        }, iter: 1000, threads: 1);
    }

    [Fact]
    public void Relative_paths_are_relative_to_the_file_and_files_round_trip()
    {
        using var folder = new Formats.TempFolder();
        Directory.CreateDirectory(folder.File("sub"));
        var path = folder.File("sub/recipe.yaml");
        File.WriteAllText(path, "\uFEFFmodel: ../m\r\nmethod: wanda\r\ndata: d/c4.jsonl\r\n");
        var read = RecipeFile.Read(path);
        Assert.Equal(folder.File("m"), read.Model);
        Assert.Equal(folder.File("sub/d/c4.jsonl"), read.Data);
        RecipeFile.Write(read, path);
        AssertSame(read, RecipeFile.Read(path));
        Assert.Contains("data: d/c4.jsonl\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains($"model: {folder.File("m")}\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.File("sub")));
    }

    [Fact]
    public void Unreadable_files_are_refused()
    {
        using var folder = new Formats.TempFolder();
        Assert.Throws<UsageException>(() => RecipeFile.Read(folder.File("none.yaml")));
        Assert.Throws<UsageException>(() => RecipeFile.Read(folder.Path));
        Assert.Throws<InvalidFileException>(() => RecipeFile.Read(folder.Write("bytes.yaml", [0x6D, 0xFF, 0xFE])));
        Assert.Throws<InvalidFileException>(() => RecipeFile.Read(folder.Write("large.yaml", new byte[(1 << 20) + 1])));
    }

    [Theory]
    [InlineData("sparsty: 0.5", "line 3, key 'sparsty': there is no such key in a recipe. Did you mean 'sparsity'?")]
    [InlineData("dataField: text", "line 3, key 'dataField': there is no such key in a recipe. Did you mean 'data-field'")]
    [InlineData("zzzzzzzzzzzzzz: 1", "The keys are model, method, sparsity")]
    [InlineData("sparsity: half", "line 3, key 'sparsity': 'half' is not a number")]
    [InlineData("sparsity: 50%", "Write 50 % as 0.5")]
    [InlineData("sparsity: 50", "line 3, key 'sparsity': 50 is not a fraction of at least 0 and less than 1. For 50 percent write 0.5")]
    [InlineData("sparsity: 1", "line 3, key 'sparsity'")]
    [InlineData("sparsity: -0.1", "line 3, key 'sparsity'")]
    [InlineData("sparsity: NaN", "line 3, key 'sparsity'")]
    [InlineData("sparsity: .inf", "line 3, key 'sparsity'")]
    [InlineData("sparsity: 1e999", "line 3, key 'sparsity'")]
    [InlineData("sparsity: [0.5]", "line 3, key 'sparsity': the value is not a single value")]
    [InlineData("samples: 0", "line 3, key 'samples': 0 is less than 1")]
    [InlineData("samples: 1.5", "line 3, key 'samples': '1.5' is not a whole number")]
    [InlineData("samples: 99999999999", "line 3, key 'samples'")]
    [InlineData("seed:", "line 3, key 'seed': the value is missing")]
    [InlineData("sequence-length: 1", "line 3, key 'sequence-length'")]
    [InlineData("seed: x", "line 3, key 'seed'")]
    [InlineData("threads: 0", "line 3, key 'threads'")]
    [InlineData("output-type: fp16", "line 3, key 'output-type': 'fp16' is not one of same, f32, f16, bf16. Did you mean 'f16'")]
    [InlineData("scope: rows", "line 3, key 'scope': 'rows' is not one of row, layer. Did you mean 'row'")]
    [InlineData("device: ''", "line 3, key 'device': the value is empty")]
    [InlineData("data-field: text", "line 3, key 'data-field': there is a field but no data")]
    [InlineData("options: 3", "line 3, key 'options': the value is not a mapping")]
    [InlineData("options: [a]", "line 3, key 'options': the value is not a mapping")]
    [InlineData("options: {a: {b: c}}", "line 3, key 'options': the value of 'a' is not a single value")]
    [InlineData("options: {a: }", "line 3, key 'options': the option 'a' has no value")]
    [InlineData("exclude: lm_head", "line 3, key 'exclude': the value is not a list")]
    [InlineData("exclude:\n  - a\n  - [b]", "line 5, key 'exclude'")]
    public void Wrong_keys_types_and_ranges_are_refused_by_line_and_key(string line, string message)
    {
        var error = Assert.Throws<UsageException>(() => RecipeFile.Parse($"model: m\nmethod: wanda\n{line}\n", "r.yaml"));
        Assert.StartsWith("r.yaml, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("method: wanda", "model")]
    [InlineData("model: m", "method")]
    public void Missing_keys_are_named(string yaml, string key) =>
        Assert.Contains($"the key '{key}' is missing", Assert.Throws<UsageException>(() => RecipeFile.Parse(yaml)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("# only a comment", "empty")]
    [InlineData("just text", "not a mapping")]
    [InlineData("- model", "not a mapping")]
    [InlineData("model: m\nmodel: n", "line 2: the key 'model' occurs twice, first in line 1")]
    [InlineData("options: {a: 1, a: 2}", "occurs twice")]
    [InlineData("model: &a m\nmethod: *a", "line 1: anchors")]
    [InlineData("model: *a", "aliases")]
    [InlineData("model: !!str m", "line 1: tags")]
    [InlineData("!x model: m", "tags")]
    [InlineData("&a {model: m}", "anchors")]
    [InlineData("{a: 1}: b", "a key is not a plain text")]
    [InlineData("? [a]\n: b", "a key is not a plain text")]
    [InlineData("model: m\nexclude: [", "line 3")]
    [InlineData("model: \"m", "line 1")]
    [InlineData("model: m\n\tmethod: w", "lines 1 to 2")]
    [InlineData("model: m\n---\nmodel: n", "single document")]
    [InlineData("model: m\n b: c: d", "line 2")]
    public void Damaged_yaml_is_an_invalid_file_with_its_line(string yaml, string message)
    {
        var error = Assert.Throws<InvalidFileException>(() => RecipeFile.Parse(yaml, "r.yaml"));
        Assert.StartsWith("r.yaml", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bombs_are_refused_quickly()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse("model: " + new string('[', 500_000)));
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse(new string('{', 500_000)));
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse("exclude: [" + string.Concat(Enumerable.Repeat("a,", 200_000)) + "]"));
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse("options:\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"  k{i}: v\n"))));
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse(string.Concat(Enumerable.Repeat("a: &x [*x]\n", 50_000))));
        Assert.ThrowsAny<EspalierException>(() => RecipeFile.Parse(new string(' ', (1 << 20) + 1)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Any_text_gives_a_recipe_or_a_clear_refusal()
    {
        var good = RecipeFile.Format(Recipe with { Options = new Dictionary<string, string> { ["a b"] = "c: d" }, Exclude = ["*.x"], Data = "d", DataField = "f", Sparsity = 0.5 });
        static void Try(string text)
        {
            try
            {
                RecipeFile.Parse(text).Validate();
            }
            catch (EspalierException)
            {
                // Refused, as it should be.
            }
        }
        Gen.Select(Gen.Int[0, good.Length], Gen.Int[0, 6], Gen.Char["{}[]\",:-?&*!|>%@`'#~ \t\n\r\\uxU0\u0000\u0085\uD800\uDC00\uFEFF"].Array[0, 6])
            .Sample((at, remove, insert) => Try(good[..at] + new string(insert) + good[Math.Min(good.Length, at + remove)..]), iter: 2000, threads: 1);
        Gen.String[Gen.Char["abm:{}[]\",-?&*!|>%@`'#~ \t\n\\ux\u0000\uD800"], 0, 40].Sample(Try, iter: 2000, threads: 1);
    }
}
