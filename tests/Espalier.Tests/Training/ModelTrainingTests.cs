using Espalier.Evaluation;
using Espalier.Formats.Safetensors;
using Espalier.Recipes;
using Espalier.Tensors;
using Espalier.Torch.Training;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training;

/// <summary>The whole way from a text to a model folder.</summary>
public sealed class ModelTrainingTests
{
    private const string Sentence = "the gardener ties the branch to the frame and cuts the branch above the bud\n";

    [Fact]
    public void A_text_becomes_a_model_that_opens_and_writes_it()
    {
        using var tiny = new TinyCheckpoint();
        var recipe = Recipe(tiny, "trained");
        var trained = ModelTraining.Run(recipe, cancellation: TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(ModelTraining.RunFolder(recipe)));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training-log.jsonl"],
            Directory.GetFiles(trained.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using (var file = SafetensorsFile.Open(Path.Combine(trained.Folder, "model.safetensors")))
        {
            Assert.All(file.Names, name => Assert.Equal(ElementType.BF16, file[name].ElementType));
            Assert.Equal(trained.Parameters, file.Names.Sum(name => file[name].ElementCount));
        }
        using var model = Model.Open(trained.Folder);
        var tokenizer = model.RequireTokenizer();
        using var generator = new TextGenerator(model.BuildGraph(Formats.HuggingFace.GraphForm.Cached), CPU);
        var generated = generator.Generate(tokenizer.Encode("the gardener"), new GenerationOptions { MaxTokens = 12 }, cancellation: TestContext.Current.CancellationToken);
        Assert.StartsWith(" ties the branch", tokenizer.Decode([.. generated.Ids]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_recipe_continues_to_the_same_weights()
    {
        using var tiny = new TinyCheckpoint();
        ModelTraining.Run(Recipe(tiny, "whole"), cancellation: TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        var recipe = Recipe(tiny, "stopped");
        Assert.ThrowsAny<OperationCanceledException>(() => ModelTraining.Run(recipe, new Listener(p => source.Cancel()), source.Token));
        Assert.False(Directory.Exists(recipe.Output));
        ModelTraining.Run(recipe, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.Path("whole"), "model.safetensors")), File.ReadAllBytes(Path.Combine(recipe.Output, "model.safetensors")));
    }

    [Fact]
    public void An_output_that_holds_a_model_is_refused_before_any_work()
    {
        using var tiny = new TinyCheckpoint();
        var error = Assert.Throws<UsageException>(() => ModelTraining.Run(Recipe(tiny, "model"), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("holds a model already", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(ModelTraining.RunFolder(Recipe(tiny, "model"))));
    }

    private static TrainRecipe Recipe(TinyCheckpoint tiny, string output)
    {
        var text = tiny.Path("text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat(Sentence, 60)));
        return new TrainRecipe
        {
            Model = new ModelShape { HiddenSize = 32, Layers = 2, Heads = 4, KvHeads = 2, VocabularySize = 300, Context = 32 },
            Data = new TrainingText { Train = text, HeldOutFraction = 0.1 },
            Training = new TrainingOptions { Steps = 60, BatchSize = 4, SequenceLength = 32, PeakLearningRate = 1e-2, WarmupSteps = 5, EvaluationInterval = 30 },
            Output = tiny.Path(output),
            Threads = 1,
        };
    }
}
