using System.CommandLine;
using System.CommandLine.Help;
using Espalier.Cli.Commands;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>The commands, and how their outcomes become exit codes.</summary>
internal static class CommandLine
{
    /// <summary>The process's own consoles.</summary>
    public static Consoles StandardConsoles() => new(Wide(Console.Out, Console.IsOutputRedirected), Wide(Console.Error, Console.IsErrorRedirected), Console.Out);

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
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var parsed = root.Parse(args);
        if (ParseProblem.Find(parsed) is { } problem)
        {
            consoles.Fail(problem);
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = consoles.Raw,
            Error = consoles.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            // After Ctrl-C a run ends its current step first.
            ProcessTerminationTimeout = TimeSpan.FromMinutes(10),
        }).ConfigureAwait(false);
    }

    /// <summary>Sets what a command does, with errors turned into messages and exit codes.</summary>
    public static Command Does(this Command command, Consoles consoles, Func<ParseResult, CancellationToken, int> action)
    {
        command.SetAction((parsed, cancellation) => Task.Run(() => Guard(consoles, () => action(parsed, cancellation)), CancellationToken.None));
        return command;
    }

    /// <summary>A console; what goes to a file or a pipe is not squeezed into 80 columns.</summary>
    private static IAnsiConsole Wide(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (redirected) console.Profile.Width = 200;
        return console;
    }

    private static int Guard(Consoles consoles, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (OperationCanceledException)
        {
            consoles.Fail("interrupted.");
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
            consoles.Fail($"a file cannot be read or written: {e.Message.TrimEnd('.')}. Check the path, its permissions and the space on the disk.");
            return ExitCode.Failure;
        }
        catch (OutOfMemoryException)
        {
            consoles.Fail("there is too little memory. Use fewer or shorter samples (--samples, --sequence-length), or see the forecast of 'espalier prune --dry-run'.");
            return ExitCode.Failure;
        }
        catch (Exception e)
        {
            consoles.Fail($"this is a fault of Espalier {EspalierVersion.Current}, please report it with the lines below: {e.GetType().Name}: {e.Message}");
            consoles.Error.Profile.Out.Writer.WriteLine(e.StackTrace);
            return ExitCode.Failure;
        }
    }
}
