using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Espalier.Cli;

/// <summary>The help of the parser, followed by examples of the command, and by the exit codes where no command is named.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        ["methods"] = ["espalier methods", "espalier methods sparsegpt"],
        ["inspect"] = ["espalier inspect models/llama"],
        ["prune"] =
        [
            "espalier prune models/llama -m wanda -s 0.5 --data calibration.jsonl -o pruned",
            "espalier prune models/llama -m sparsegpt --pattern 2:4 --data calibration.txt --eval-data test.txt -o pruned",
            "espalier prune --recipe recipe.yaml -o pruned --resume",
        ],
        ["train"] = ["espalier train models/espalier-kjv/recipe.yaml"],
        ["eval"] = ["espalier eval pruned --against models/llama --data test.txt"],
        ["bench"] = ["espalier bench pruned --against models/llama"],
        ["generate"] = ["espalier generate pruned --prompt \"Once upon a time\" --max-tokens 50"],
        ["verify"] = ["espalier verify pruned --pattern 2:4"],
        ["report"] = ["espalier report pruned -o report.html"],
    };

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (Examples.TryGetValue(parseResult.CommandResult.Command.Name, out var examples))
        {
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (var example in examples) output.WriteLine("  " + example);
        }
        if (parseResult.CommandResult.Command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            output.WriteLine($"  {ExitCode.Success} done, {ExitCode.Failure} failed, {ExitCode.Usage} cannot be done as asked for, {ExitCode.CheckFailed} a check does not hold, {ExitCode.Interrupted} interrupted");
            output.WriteLine("Results go to standard output, progress and errors to standard error. 'espalier COMMAND --help' tells more.");
        }
        return code;
    }
}
