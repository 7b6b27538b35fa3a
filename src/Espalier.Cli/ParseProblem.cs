using System.CommandLine;
using System.CommandLine.Parsing;
using Espalier.Formats;

namespace Espalier.Cli;

/// <summary>What is wrong with a command line, in one paragraph.</summary>
internal static class ParseProblem
{
    /// <summary>The problem, the nearest existing name, and where to read on; null if all is well.</summary>
    public static string? Find(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExamples) return null;
        // The parser takes an unknown option for a model where one is expected.
        var mistaken = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .FirstOrDefault(value => value.StartsWith("--", StringComparison.Ordinal));
        return parsed.Errors.Count > 0 || mistaken is not null ? Describe(parsed, mistaken) : null;
    }

    private static string Describe(ParseResult parsed, string? mistaken)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "espalier" : $"espalier {command.Name}";
        var known = Names(command);
        var problems = new List<string>();
        var unknown = mistaken ?? parsed.UnmatchedTokens.OrderBy(token => token.StartsWith('-') ? 0 : 1).FirstOrDefault();
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
