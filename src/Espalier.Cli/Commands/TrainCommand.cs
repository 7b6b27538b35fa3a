using System.CommandLine;
using System.Globalization;
using Espalier.Recipes;
using Espalier.Torch.Training;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier train RECIPE</c>: a new small language model from text.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "training recipe (YAML): sections model, data, training; see models/espalier-kjv/recipe.yaml" };
        var json = CommonOptions.Json();
        return new Command("train", "train a small language model from text; a stopped run continues when the command is given again") { recipe, json }
            .Does(consoles, (parsed, cancellation) =>
            {
                var read = TrainRecipeFile.Read(parsed.GetValue(recipe)!);
                TrainedModel trained;
                try
                {
                    trained = ProgressView.Run(consoles, "training", show => ModelTraining.Run(read, new Relay<TrainingProgress>(p => show((double)p.Step / p.TotalSteps, Describe(p))), cancellation));
                }
                catch (OperationCanceledException)
                {
                    consoles.Fail($"interrupted after a checkpoint in {ModelTraining.RunFolder(read)}; give the same command to continue.");
                    return ExitCode.Interrupted;
                }
                if (parsed.GetValue(json)) consoles.Json(trained);
                else Print(consoles, trained);
                return ExitCode.Success;
            });
    }

    private static string Describe(TrainingProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"step {p.Step} of {p.TotalSteps}, loss {p.Loss:F3}{(p.HeldOutLoss is { } heldOut ? $", held-out {heldOut:F3}" : "")}, {p.TokensPerSecond:F0} tokens/s");

    private static void Print(Consoles consoles, TrainedModel trained)
    {
        var result = trained.Result;
        consoles.Line(string.Create(CultureInfo.InvariantCulture, $"{trained.Folder}: {trained.Parameters:N0} parameters, {result.Steps} steps, {result.TrainedTokens:N0} tokens in {result.Seconds:F0} s"));
        if (result.HeldOutLoss is { } loss) consoles.Line(string.Create(CultureInfo.InvariantCulture, $"held-out loss {loss:F4} nats per token (perplexity {Math.Exp(loss):F2}) over {trained.HeldOutTokens:N0} tokens"));
    }
}
