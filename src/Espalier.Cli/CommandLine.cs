using System.CommandLine;
using Espalier.Cli.Commands;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>The commands, and how their outcomes become exit codes.</summary>
internal static class CommandLine
{
    /// <summary>The process's own consoles.</summary>
    public static Consoles StandardConsoles() => new(
        AnsiConsole.Console,
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        Console.Out);

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(string[] args, Consoles consoles)
    {
        var root = new RootCommand("Espalier prunes trained networks, proves what was gained and lost, and writes files that other programs open.")
        {
            DoctorCommand.Create(consoles),
            MethodsCommand.Create(consoles),
            InspectCommand.Create(consoles),
            PruneCommand.Create(consoles),
            TrainCommand.Create(consoles),
            EvalCommand.Create(consoles),
            BenchCommand.Create(consoles),
            GenerateCommand.Create(consoles),
            VerifyCommand.Create(consoles),
            ReportCommand.Create(consoles),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync().ConfigureAwait(false);
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(10) }).ConfigureAwait(false);
    }

    /// <summary>Sets what a command does, with errors turned into messages and exit codes.</summary>
    public static Command Does(this Command command, Consoles consoles, Func<ParseResult, CancellationToken, int> action)
    {
        command.SetAction((parsed, cancellation) => Task.Run(() => Guard(consoles, () => action(parsed, cancellation)), CancellationToken.None));
        return command;
    }

    private static int Guard(Consoles consoles, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (OperationCanceledException)
        {
            consoles.Fail("interrupted. Finished layers of a pruning run are kept: continue it with --resume.");
            return ExitCode.Interrupted;
        }
        catch (UsageException e)
        {
            consoles.Fail(e.Message);
            return ExitCode.Usage;
        }
        catch (EspalierException e)
        {
            consoles.Fail(e.Message);
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            consoles.Fail($"a file cannot be read or written: {e.Message} Check the path, its permissions and the space on the disk.");
            return ExitCode.Failure;
        }
    }
}
