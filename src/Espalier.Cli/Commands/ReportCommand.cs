using System.CommandLine;
using System.Text;
using Espalier.Formats;
using Espalier.Reports;
using Espalier.Reports.Rendering;

namespace Espalier.Cli.Commands;

/// <summary><c>espalier report RUN</c>: HTML, Markdown or JSON of a finished run.</summary>
internal static class ReportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Consoles consoles)
    {
        var run = new Argument<string>("RUN") { Description = "folder that a run wrote, or its report.json" };
        var format = new Option<string>("--format") { Description = "html, markdown or json", DefaultValueFactory = _ => "html" };
        format.AcceptOnlyFromAmong("html", "markdown", "json");
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "file to write; standard output if left out" };
        return new Command("report", "render the report of a run") { run, format, output }.Does(consoles, (parsed, _) =>
        {
            var path = parsed.GetValue(run)!;
            var file = Directory.Exists(path) ? Path.Combine(path, "report.json") : path;
            if (!File.Exists(file)) throw new UsageException("there is no report", file, "Name the folder that a pruning run wrote, or a report.json");
            var report = ReportJson.Read(file);
            var text = parsed.GetValue(format) switch
            {
                "markdown" => MarkdownModelCard.Render(report),
                "json" => ReportJson.Format(report),
                _ => HtmlReport.Render(report),
            };
            if (parsed.GetValue(output) is { } target) Write(target, text);
            else consoles.Raw.Write(text);
            return ExitCode.Success;
        });
    }

    private static void Write(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var file = new AtomicFile(path, bytes.Length);
        file.Write(0, bytes);
        file.Publish();
    }
}
