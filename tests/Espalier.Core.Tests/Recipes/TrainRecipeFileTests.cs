using Espalier.Recipes;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Recipes;

/// <summary>Training recipes as YAML.</summary>
public sealed class TrainRecipeFileTests
{
    private const string Minimal = "model:\n  hidden-size: 64\n  layers: 2\n  heads: 4\n  vocabulary-size: 300\ndata:\n  train: a.txt\noutput: out\n";

    [Fact]
    public void Absent_keys_have_their_defaults()
    {
        var recipe = TrainRecipeFile.Parse(Minimal);
        Assert.Equal(new ModelShape { HiddenSize = 64, Layers = 2, Heads = 4, VocabularySize = 300 }, recipe.Model);
        Assert.Equal(new TrainingText { Train = "a.txt" }, recipe.Data);
        Assert.Equal(new TrainingOptions(), recipe.Training);
        Assert.Equal(("out", "bf16", 0, "cpu", null), (recipe.Output, recipe.OutputType, recipe.Seed, recipe.Device, recipe.Threads));
    }

    [Theory]
    [InlineData("training:\n  step: 5\n", "'step'", "steps")]
    [InlineData("training:\n  steps: many\n", "steps", "whole number")]
    [InlineData("training:\n  beta1: 1\n", "beta1", "[0, 1)")]
    [InlineData("training:\n  sequence-length: 1024\n", "sequence-length", "context 512")]
    [InlineData("ouput: x\n", "'ouput'", "output")]
    [InlineData("output-type: q4\n", "output-type", "bf16")]
    public void What_is_wrong_is_named(string addition, params string[] named)
    {
        var error = Assert.Throws<UsageException>(() => TrainRecipeFile.Parse(Minimal + addition));
        Assert.All(named, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_size_is_named()
    {
        var error = Assert.Throws<UsageException>(() => TrainRecipeFile.Parse(Minimal.Replace("  layers: 2\n", "", StringComparison.Ordinal)));
        Assert.Contains("layers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recipe_of_the_model_that_ships_is_valid_and_its_paths_are_relative_to_it()
    {
        var file = Path.Combine(SharedData.RepositoryRoot, "models", "espalier-kjv", "recipe.yaml");
        var recipe = TrainRecipeFile.Read(file);
        Assert.Equal(Path.Combine(SharedData.RepositoryRoot, "models", "text", "train.txt"), recipe.Data.Train);
        Assert.Equal(2000, recipe.Training.Steps);
    }
}
