using System.CommandLine;
using Espalier.Methods.Runs;
using Espalier.Reports;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier prune</c>: the main job, from a model to a pruned model with its report.</summary>
internal static class PruneCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var options = new PruneOptions();
        var command = new Command("prune", "prune a model and write it with a report");
        options.AddTo(command);
        return command.Does(consoles, (parsed, cancellation) => Run(consoles, options.Read(parsed), cancellation));
    }

    private static int Run(Consoles consoles, PruneRequest request, CancellationToken cancellation)
    {
        using var run = PruningRun.Open(request.Recipe, request.Output);
        if (!request.Json) PlanView.Print(consoles, run, request.Output);
        if (request.DryRun)
        {
            if (request.Json) consoles.Json(PlanView.Json(run, request.Output));
            else consoles.Line("dry run: nothing was computed or written");
            return ExitCode.Success;
        }
        var finisher = new RunFinisher(request, consoles, cancellation);
        PruneReport report;
        try
        {
            report = ProgressView.Run(consoles, "pruning", show => run.Execute(request.Resume, new Relay<RunProgress>(progress => show(progress.Fraction, progress.Stage)), finisher.Finish, cancellation));
        }
        catch (OperationCanceledException)
        {
            consoles.Fail($"interrupted. Finished layers are kept in {PruningRun.FolderOf(request.Output)}; continue with the same command and --resume.");
            return ExitCode.Interrupted;
        }
        if (request.Json) consoles.Json(report);
        else ReportView.Print(consoles, report, request.Output);
        return ExitCode.Success;
    }
}
