using System.CommandLine;
using Espalier.Formats;

namespace Espalier.Cli;

/// <summary>What is wrong with a command line, in one paragraph.</summary>
internal static class ParseProblem
{
    /// <summary>The problems, the nearest existing names, and where to read on.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "espalier" : $"espalier {command.Name}";
        var known = Names(command);
        var problems = new List<string>();
        var unknown = parsed.UnmatchedTokens.OrderBy(token => token.StartsWith('-') ? 0 : 1).FirstOrDefault();
        if (unknown is not null)
        {
            var kind = unknown.StartsWith('-') ? "option" : command is RootCommand ? "command" : "argument";
            var near = kind == "argument" ? null : NearNames.Suggest(unknown, known);
            problems.Add($"there is no {kind} '{unknown}'.{(near is null ? "" : $" {near}")}");
        }
        else
        {
            // The texts of the parser are sentences of their own; one says all that a user needs.
            problems.Add(command is RootCommand ? "no command is given." : Sentence(parsed.Errors[0].Message));
        }
        return $"{string.Join(" ", problems)} See '{path} --help'.";
    }

    private static IEnumerable<string> Names(Command command) => command is RootCommand
        ? command.Subcommands.Select(child => child.Name)
        : command.Options.SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal)).Append("--help");

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
