using Espalier.Cli;
using Spectre.Console;

namespace Espalier.Tests.Cli;

/// <summary>A folder with a tiny model and calibration text, in which commands are run; it disappears with the test.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-cli-");

    public Workspace(int layers = 2, Action<string, float[]>? change = null)
    {
        TinyModel.Create(Model, layers, change: change);
        File.WriteAllText(Data, TinyModel.Text(seed: 2, words: 600));
    }

    /// <summary>The model.</summary>
    public string Model => At("model");

    /// <summary>Calibration text.</summary>
    public string Data => At("calibration.txt");

    /// <summary>Where outputs go.</summary>
    public string Output => At("out");

    /// <summary>A path in the folder.</summary>
    public string At(params string[] parts) => Path.Combine([_folder.FullName, .. parts]);

    /// <summary>Arguments of a quick run: <c>prune MODEL -o OUT</c> and what is added.</summary>
    public string[] Prune(params string[] more) => ["prune", Model, "-o", Output, "--threads", "1", "--samples", "4", "--sequence-length", "16", .. more];

    /// <summary>Arguments of a quick run of SparseGPT.</summary>
    public string[] SparseGpt(params string[] more) => Prune(["-m", "sparsegpt", "-s", "0.5", "--data", Data, .. more]);

    /// <summary>Runs a command in this process.</summary>
    public static async Task<CommandResult> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var raw = TextWriter.Synchronized(output);
        var consoles = new Consoles(Plain(raw), Plain(error), raw);
        var code = await CommandLine.RunAsync(args, consoles);
        return new CommandResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Every file and folder with sizes and contents' hashes, to show that nothing changed.</summary>
    public string Snapshot() => string.Join('\n', Directory.EnumerateFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => File.Exists(path) ? $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}" : path));

    public void Dispose() => _folder.Delete(recursive: true);

    private static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 200;
        return console;
    }
}
