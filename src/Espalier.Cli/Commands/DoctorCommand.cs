using System.CommandLine;
using Espalier.Evaluation.Diagnostics;
using Spectre.Console;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier doctor</c>: what this machine can run, and the remedy for what it cannot.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var json = CommonOptions.Json();
        return new Command("doctor", "say what this machine can run, and the remedy for what it cannot") { json }.Does(consoles, (parsed, _) =>
        {
            var report = MachineReport.Create();
            if (parsed.GetValue(json)) consoles.Json(report);
            else Print(consoles, report);
            return report.Worst == CheckStatus.Missing ? ExitCode.CheckFailed : ExitCode.Success;
        });
    }

    private static void Print(Consoles consoles, MachineReport report)
    {
        var table = new Table().Border(TableBorder.Minimal).AddColumns("", "check", "found");
        foreach (var check in report.Checks)
        {
            var mark = check.Status switch { CheckStatus.Ok => "[green]ok[/]", CheckStatus.Warning => "[yellow]warn[/]", _ => "[red]missing[/]" };
            var text = Markup.Escape(check.Found) + (check.Remedy is null ? "" : $"\n[yellow]{Markup.Escape(check.Remedy)}[/]");
            table.AddRow(mark, Markup.Escape(check.Name), text);
        }
        consoles.Output.Write(table);
    }
}
