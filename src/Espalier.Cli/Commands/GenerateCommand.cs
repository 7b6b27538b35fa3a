using System.CommandLine;
using System.Globalization;
using Espalier.Data;
using Espalier.Evaluation;
using Espalier.Formats.HuggingFace;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier generate MODEL --prompt TEXT</c>: text and tokens per second.</summary>
internal static class GenerateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var model = CommonOptions.Model();
        var prompt = new Option<string>("--prompt") { HelpName = "TEXT", Description = "text to continue", Required = true };
        var tokens = new Option<int>("--max-tokens") { HelpName = "N", Description = "tokens to write at most", DefaultValueFactory = _ => 128 };
        var temperature = new Option<double>("--temperature") { HelpName = "T", Description = "0 always takes the likeliest token", DefaultValueFactory = _ => 0 };
        var topK = new Option<int?>("--top-k") { HelpName = "K", Description = "draw among the K likeliest tokens" };
        var topP = new Option<double?>("--top-p") { HelpName = "P", Description = "draw among the fewest tokens whose probabilities reach P" };
        var seed = new Option<int>("--seed") { HelpName = "N", Description = "seed of the draws", DefaultValueFactory = _ => 0 };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        return new Command("generate", "continue a text") { model, prompt, tokens, temperature, topK, topP, seed, device, threads, json }
            .Does(consoles, (parsed, cancellation) =>
            {
                var on = CommonOptions.Prepare(parsed.GetValue(device)!, parsed.GetValue(threads));
                using var opened = Model.Open(parsed.GetValue(model)!);
                var tokenizer = opened.RequireTokenizer();
                var ids = tokenizer.Encode(parsed.GetValue(prompt)!, addSpecialTokens: true);
                var options = new GenerationOptions
                {
                    MaxTokens = parsed.GetValue(tokens),
                    StopIds = StopIds.Of(opened),
                    MaxContext = opened.ContextLength,
                    Temperature = parsed.GetValue(temperature),
                    TopK = parsed.GetValue(topK),
                    TopP = parsed.GetValue(topP),
                };
                options.Validate();
                var quiet = parsed.GetValue(json);
                var streamed = new StreamedText(tokenizer, ids);
                if (!quiet) consoles.Raw.Write(parsed.GetValue(prompt));
                using var generator = new TextGenerator(opened.BuildGraph(GraphForm.Cached), on);
                var result = generator.Generate(ids, options, new SeededRandom(parsed.GetValue(seed)), id =>
                {
                    if (!quiet && !options.StopIds.Contains(id)) consoles.Raw.Write(streamed.Add(id));
                }, cancellation);
                if (quiet)
                {
                    consoles.Json(new { Text = tokenizer.Decode(result.Ids.ToArray(), skipSpecialTokens: true), PromptIds = ids, result.Ids, result.Reason, result.PrefillTokensPerSecond, result.DecodeTokensPerSecond });
                    return ExitCode.Success;
                }
                consoles.Raw.WriteLine(streamed.Finish());
                var decode = result.DecodeTokensPerSecond is { } speed ? string.Create(CultureInfo.InvariantCulture, $", decode {speed:F1} tokens/s") : "";
                consoles.Note(string.Create(CultureInfo.InvariantCulture, $"{result.Ids.Count} tokens; prefill {result.PrefillTokensPerSecond:F1} tokens/s{decode}"));
                return ExitCode.Success;
            });
    }
}
