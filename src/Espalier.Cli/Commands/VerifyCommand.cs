using System.CommandLine;
using Espalier.Evaluation;
using Espalier.Sparsity;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier verify MODEL [--pattern 2:4]</c>: masks, N:M, validity.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var model = CommonOptions.Model();
        var pattern = new Option<string?>("--pattern") { HelpName = "PATTERN", Description = "pattern that every pruned layer must keep, for example 2:4" };
        var size = CommonOptions.Size();
        var json = CommonOptions.Json();
        return new Command("verify", "check masks, patterns and well-formedness; exit code 3 if anything does not hold") { model, pattern, size, json }.Does(consoles, (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(pattern) is { } text ? SparsityPattern.Parse(text) : null;
            var path = parsed.GetValue(model)!;
            if (OnnxFile.Is(path) && wanted is not null) throw new UsageException("patterns of ONNX files cannot be verified", "--pattern", "Leave it out, or name a model's folder");
            var report = OnnxFile.Is(path) ? OnnxVerifier.Verify(path, OnnxFile.Sizes(parsed.GetValue(size)), cancellation) : ModelVerifier.Verify(path, wanted, cancellation);
            if (parsed.GetValue(json))
            {
                consoles.Json(report);
            }
            else
            {
                foreach (var check in report.Checks)
                    consoles.Output.MarkupLine($"{(check.Ok ? "[green]ok[/]    " : "[red]failed[/]")} {Markup.Escape(check.Check)}: {Markup.Escape(check.Detail)}");
            }
            return report.Ok ? ExitCode.Success : ExitCode.CheckFailed;
        });
    }
}
