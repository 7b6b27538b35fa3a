using System.Text.Json.Nodes;
using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>What a command left behind.</summary>
internal sealed record CommandResult(int Code, string Output, string Error)
{
    /// <summary>The command succeeded.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Error}");
        return this;
    }

    /// <summary>The command was refused with one line on standard error, which holds all the parts, and nothing but the plan on standard output.</summary>
    public CommandResult Refused(int code, params string[] parts)
    {
        Assert.True(Code == code, $"exit code {Code}, expected {code}: {Error}");
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), text => text.StartsWith("error: ", StringComparison.Ordinal));
        foreach (var part in parts) Assert.Contains(part, line, StringComparison.Ordinal);
        Assert.DoesNotContain("fault of Espalier", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Espalier.", Error, StringComparison.Ordinal);
        Assert.True(line.TrimEnd().EndsWith('.') || line.TrimEnd().EndsWith('?'), line);
        return this;
    }

    /// <summary>Standard output is one JSON object and nothing else.</summary>
    public JsonObject Json() => Assert.IsType<JsonObject>(JsonNode.Parse(Output));
}
