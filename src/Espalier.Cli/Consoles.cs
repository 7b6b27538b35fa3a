using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>Where results go, and where everything else goes: results to standard output, progress and errors to standard error.</summary>
internal sealed class Consoles(IAnsiConsole output, IAnsiConsole error, TextWriter raw)
{
    private static readonly JsonSerializerOptions JsonStyle = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // A loss that overflowed must not turn a result into an error.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Results.</summary>
    public IAnsiConsole Output => output;

    /// <summary>Progress, notes and errors.</summary>
    public IAnsiConsole Error => error;

    /// <summary>Text exactly as it is, without wrapping or markup.</summary>
    public TextWriter Raw => raw;

    /// <summary>One JSON object as the whole result.</summary>
    public void Json(object value) => raw.WriteLine(JsonSerializer.Serialize(value, JsonStyle));

    /// <summary>A line of results; not wrapped.</summary>
    public void Line(string text = "") => raw.WriteLine(text);

    /// <summary>A note beside the results.</summary>
    public void Note(string text) => ToError(text, $"[grey]{Markup.Escape(text)}[/]");

    /// <summary>An error in one paragraph.</summary>
    public void Fail(string text) => ToError($"error: {text}", $"[red]error:[/] {Markup.Escape(text)}");

    // A file or a pipe gets one line, so that paths in it stay whole and can be searched for; a terminal gets colours and wrapping.
    private void ToError(string plain, string markup)
    {
        if (error.Profile.Out.IsTerminal) error.MarkupLine(markup);
        else error.Profile.Out.Writer.WriteLine(plain);
    }
}
