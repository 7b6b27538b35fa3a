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
        return command.Does(consoles, (parsed, cancellation) =>
        {
            if (options.OnnxModel(parsed) is null) return Run(consoles, options.Read(parsed), cancellation);
            var (request, settings) = options.ReadStructure(parsed);
            return StructureCommand.Run(consoles, request, settings, cancellation);
        });
    }

    private static int Run(Consoles consoles, PruneRequest request, CancellationToken cancellation)
    {
        PruningRun.RequireFree(request.Output, request.Resume);
        using var run = PruningRun.Open(request.Recipe, request.Output);
        if (!request.Json) PlanView.Print(consoles, run, request.Output);
        if (request.DryRun)
        {
            if (request.Json) consoles.Json(PlanView.Json(run, request.Output));
            else consoles.Line("dry run: nothing was computed or written");
            return ExitCode.Success;
        }
        var finisher = new RunFinisher(request, consoles, cancellation);
        var kept = new DirectoryInfo(PruningRun.FolderOf(request.Output));
        var there = Path.Exists(request.Output);
        PruneReport report;
        try
        {
            report = ProgressView.Run(consoles, "pruning", show => run.Execute(request.Resume, new Relay<RunProgress>(progress =>
            {
                if (progress.Note is { } note) consoles.Note(note);
                show(progress.Fraction, progress.Stage);
            }), finisher.Finish, cancellation));
        }
        catch (OperationCanceledException)
        {
            kept.Refresh();
            consoles.Fail(kept.Exists ? $"interrupted. Finished layers are kept in {kept.FullName}: continue with the same command and --resume, or delete the folder." : "interrupted before a layer was finished. Nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (EspalierException e) when (e is not UsageException && Directory.Exists(kept.FullName))
        {
            consoles.Note($"Finished layers are kept in {kept.FullName}: once the cause below is removed, continue with the same command and --resume, or delete the folder.");
            throw;
        }
        if (there) consoles.Note($"{request.Output} is the completed output of this run: nothing was left to do");
        if (request.Json) consoles.Json(report);
        else ReportView.Print(consoles, report, request.Output);
        return ExitCode.Success;
    }
}
