using Espalier.Recipes;
using Xunit;

namespace Espalier.Core.Tests.Recipes;

public sealed class RecipeValidationTests
{
    private static readonly PruneRecipe Good = new() { Model = "m", Method = "wanda", Data = "d" };

    public static TheoryData<string, Func<PruneRecipe, PruneRecipe>> Bad => new()
    {
        { "model", r => r with { Model = " " } },
        { "model", r => r with { Model = "a\0b" } },
        { "model", r => r with { Model = "a\uD800" } },
        { "method", r => r with { Method = "" } },
        { "sparsity", r => r with { Sparsity = 1 } },
        { "sparsity", r => r with { Sparsity = double.NaN } },
        { "sparsity", r => r with { Sparsity = -1e-9 } },
        { "pattern", r => r with { Pattern = "" } },
        { "scope", r => r with { Scope = "column" } },
        { "options", r => r with { Options = new Dictionary<string, string> { [""] = "x" } } },
        { "options", r => r with { Options = new Dictionary<string, string> { ["a"] = "\uDC00" } } },
        { "exclude", r => r with { Exclude = [""] } },
        { "samples", r => r with { Samples = 0 } },
        { "sequence-length", r => r with { SequenceLength = 1 } },
        { "data-field", r => r with { Data = null, DataField = "text" } },
        { "output-type", r => r with { OutputType = "F16" } },
        { "device", r => r with { Device = "" } },
        { "threads", r => r with { Threads = 0 } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Bad))]
    public void Values_out_of_range_are_refused_by_key(string key, Func<PruneRecipe, PruneRecipe> spoil)
    {
        var error = Assert.Throws<UsageException>(() => spoil(Good).Validate());
        Assert.StartsWith($"'{key}': ", error.Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => RecipeFile.Format(spoil(Good)));
    }

    [Fact]
    public void Bounds_that_belong_to_the_range_pass()
    {
        Good.Validate();
        (Good with { Sparsity = 0, Samples = 1, SequenceLength = 2, Threads = 1, Seed = int.MinValue }).Validate();
        (Good with { Sparsity = Math.BitDecrement(1.0) }).Validate();
    }
}
