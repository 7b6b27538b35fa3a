using System.Text.Json;
using Espalier.Data;
using Espalier.Formats;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Formats.Tokenizers;
using Espalier.Recipes;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using TorchSharp;

namespace Espalier.Torch.Training;

/// <summary>
/// The whole way from text to a model that others open: learns the tokenizer, tokenises, trains, and writes a Hugging Face folder
/// (<c>config.json</c>, <c>model.safetensors</c>, <c>tokenizer.json</c>, <c>tokenizer_config.json</c>) with the training log.
/// </summary>
public static class ModelTraining
{
    /// <summary>The special token that begins and ends texts; it takes id 0.</summary>
    public const string TextEnd = "<|endoftext|>";

    /// <summary>Folder in which a recipe's run keeps its log and its checkpoint until the model is written.</summary>
    public static string RunFolder(TrainRecipe recipe) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(recipe.Output)) + ".run";

    /// <summary>Carries out a recipe. If its run folder holds a checkpoint, the run continues from there.</summary>
    /// <param name="recipe">What to do; relative paths are relative to the current directory.</param>
    /// <param name="progress">Receives the state of the training at every log line.</param>
    /// <param name="cancellation">Stops between steps, after a checkpoint; the same recipe continues later.</param>
    /// <exception cref="UsageException">The recipe is not valid, the output folder holds a model already, or a text is too short.</exception>
    /// <exception cref="EspalierException">A file cannot be read or written, or the training diverged.</exception>
    public static TrainedModel Run(TrainRecipe recipe, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        recipe.Validate();
        var device = TorchDevice.Parse(recipe.Device);
        var output = Path.GetFullPath(recipe.Output);
        ModelFolder.RequireVacant(output);
        var (trainText, heldOutText) = ReadTexts(recipe.Data);
        var vocabulary = ByteLevelBpeTrainer.Train(trainText, recipe.Model.VocabularySize, [TextEnd]);
        var tokenizer = vocabulary.CreateTokenizer();
        var training = tokenizer.Encode(trainText);
        var heldOut = heldOutText is null ? null : tokenizer.Encode(heldOutText);

        var (elementType, typeName) = recipe.OutputType switch
        {
            "f32" => (ElementType.F32, "float32"),
            "f16" => (ElementType.F16, "float16"),
            _ => (ElementType.BF16, "bfloat16"),
        };
        var config = recipe.Model.ToConfig(tokenizer.VocabularySize, tokenizer.EosId, typeName);
        var reader = new ConfigReader("config.json", config);
        var random = new SeededRandom(recipe.Seed);
        var graph = ArchitectureRegistry.Build(reader, WeightInitializer.Create(reader, random));
        var runFolder = RunFolder(recipe);
        Directory.CreateDirectory(runFolder);

        if (recipe.Threads is { } threads) torch.set_num_threads(threads);
        TrainingResult result;
        using (var module = new GraphModule(graph, device))
        using (var trainer = new LanguageModelTrainer(module, training, heldOut, recipe.Training, random, folder: runFolder))
        {
            trainer.TryResume();
            result = trainer.Run(progress, cancellation);
            module.WriteBack();
        }

        var staging = Path.Combine(runFolder, "model");
        SafetensorsCheckpointWriter.Write(staging, new GraphTensors(graph).Names.Select(name => new CheckpointTensor(name, graph.Parameters[name].Data, elementType)), overwrite: true);
        vocabulary.Save(staging);
        File.Copy(Path.Combine(runFolder, TrainingLog.FileName), Path.Combine(staging, TrainingLog.FileName), overwrite: true);
        File.WriteAllText(Path.Combine(staging, ModelFolder.ConfigName), config.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n");
        ModelFolder.Publish(staging, output);
        Directory.Delete(runFolder, recursive: true);
        return new TrainedModel(output, graph.Parameters.Values.Where(parameter => !parameter.IsConstant).Sum(parameter => parameter.Shape.ElementCount),
            training.Length, heldOut?.Length ?? 0, result);
    }

    private static (string Train, string? HeldOut) ReadTexts(TrainingText data)
    {
        var text = DataFile.ReadText(data.Train);
        if (data.HeldOut is not null) return (text, DataFile.ReadText(data.HeldOut));
        if (data.HeldOutFraction == 0) return (text, null);
        // Cut at the end of a line, so that neither part begins within a word.
        var cut = text.LastIndexOf('\n', Math.Max(0, (int)(text.Length * (1 - data.HeldOutFraction)) - 1)) + 1;
        if (cut == 0) throw new UsageException("the text has no line end at which a held-out part could be cut off", data.Train, "Name a held-out file, or set held-out-fraction to 0");
        return (text[..cut], text[cut..]);
    }
}
