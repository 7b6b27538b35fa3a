using System.Diagnostics;
using Xunit;

namespace Espalier.Tests.Loading;

/// <summary>Runs one test of this assembly in a process of its own, with chosen environment variables and from a chosen folder.</summary>
internal static class TestProcess
{
    /// <summary>Starts the process; the caller disposes of it.</summary>
    public static Process Start(string testMethod, IReadOnlyDictionary<string, string> environment, string? applicationFolder = null)
    {
        var assembly = Path.Combine(applicationFolder ?? AppContext.BaseDirectory, "Espalier.Tests.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", assembly, "-method", testMethod, "-noLogo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }

    /// <summary>Waits for the end, asserts that the one test ran and passed, and returns everything that was printed.</summary>
    public static async Task<string> ShouldPassAsync(this Process process, CancellationToken cancellation)
    {
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        var text = await output + await errors;
        Assert.True(process.ExitCode == 0, text);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", text, StringComparison.Ordinal);
        return text;
    }
}
