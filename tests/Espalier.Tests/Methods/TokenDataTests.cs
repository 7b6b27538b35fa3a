using Espalier.Methods.Runs;
using Espalier.Recipes;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>Files of token ids need no tokenizer, not even a readable one.</summary>
public sealed class TokenDataTests
{
    [Fact]
    public void A_model_with_a_damaged_tokenizer_is_pruned_with_token_ids()
    {
        using var tiny = new TinyCheckpoint();
        File.WriteAllText(Path.Combine(tiny.Model, "tokenizer.json"), "{");
        var recipe = new PruneRecipe { Model = tiny.Model, Method = "wanda", Sparsity = 0.5, Data = tiny.Data, Samples = 2, SequenceLength = 16 };

        using var run = PruningRun.Open(recipe, tiny.Path("out"));
        var report = run.Execute(cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(0.5, report.Sparsity);
        Assert.Throws<InvalidFileException>(() => run.Model.Tokenizer);
    }
}
