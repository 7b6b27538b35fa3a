using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Methods.Runs;
using Espalier.Recipes;
using Espalier.Testing;
using Xunit;

namespace Espalier.Tests;

// The calls are those of the README, which has no test to cancel.
#pragma warning disable xUnit1051

/// <summary>The sample of the README is this code: a test holds the text, another runs it.</summary>
public sealed class ReadmeSampleTests
{
    [Fact]
    public void The_sample_prunes_the_model_that_ships()
    {
        var folder = Directory.CreateTempSubdirectory("espalier-readme-");
        try
        {
            var root = Path.Combine(SharedData.RepositoryRoot, "models", "espalier-kjv");
            var output = Path.Combine(folder.FullName, "pruned-by-code");
            var recipe = new PruneRecipe { Model = root, Method = "wanda", Sparsity = 0.5, Data = Path.Combine(root, "calibration.txt"), Samples = 16, SequenceLength = 256 };
            using var run = PruningRun.Open(recipe, output: output);
            var report = run.Execute();
            Assert.Equal(0.5, report.Sparsity, 3);

            using var model = Model.Open(output);
            var text = EvaluationText.Open(new DataRequest { Path = Path.Combine(root, "held-out.txt"), Tokenizer = model.Tokenizer });
            using var evaluator = new PerplexityEvaluator(model.Graph, TorchSharp.torch.CPU);
            Assert.InRange(evaluator.Evaluate(text.Windows(length: 256, limit: 16)).Perplexity, 2, 200);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_calls_of_the_sample_are_those_of_the_test()
    {
        var readme = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md"));
        var sample = readme.Split("```csharp\n", 2)[1].Split("```", 2)[0];
        string[] calls =
        [
            "new PruneRecipe {", "using var run = PruningRun.Open(recipe, output:", "var report = run.Execute();", "using var model = Model.Open(",
            "EvaluationText.Open(new DataRequest { Path =", "using var evaluator = new PerplexityEvaluator(model.Graph, TorchSharp.torch.CPU);", "evaluator.Evaluate(text.Windows(length: 256, limit: 16)).Perplexity",
        ];
        foreach (var call in calls) Assert.Contains(call, sample, StringComparison.Ordinal);
    }
}
