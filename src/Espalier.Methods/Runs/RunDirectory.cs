using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Espalier.Methods.Runs;

/// <summary>
/// The folder of an unfinished run, beside the output: fingerprint, one record per finished layer, and a journal that names each record with its
/// hash. A record counts only when its journal line is complete, so a kill at any point loses at most the layer at hand.
/// </summary>
internal sealed class RunDirectory
{
    private const string FingerprintName = "run.json";
    private const string JournalName = "journal.jsonl";
    private readonly Dictionary<string, JournalEntry> _finished;

    private RunDirectory(string path, Dictionary<string, JournalEntry> finished)
    {
        Path = path;
        _finished = finished;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Folder in which the output is assembled before it appears.</summary>
    public string Assembly => System.IO.Path.Combine(Path, "output");

    /// <summary>Number of layers finished by an earlier process.</summary>
    public int Finished => _finished.Count;

    /// <summary>The run folder that belongs to an output folder.</summary>
    public static string For(string output) => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(output)) + ".espalier-run";

    /// <summary>Starts a run, or continues one.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="fingerprint">What the bits of the run depend on.</param>
    /// <param name="resume">Continue what is there.</param>
    /// <exception cref="UsageException">A run is there and is not to be resumed, or it is another one.</exception>
    public static RunDirectory Open(string output, string fingerprint, bool resume)
    {
        var path = For(output);
        var stamp = System.IO.Path.Combine(path, FingerprintName);
        if (File.Exists(stamp))
        {
            if (!resume) throw new UsageException("an unfinished run for this output is there", path, "Continue it with --resume, or delete the folder to start anew");
            if (File.ReadAllText(stamp) != Stamp(fingerprint))
                throw new UsageException("the unfinished run was started with another recipe, model, data, thread count or version", path, "Give the same arguments, or delete the folder to start anew");
            return new RunDirectory(path, ReadJournal(path));
        }
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        // Last, and atomically: a folder without it is no run.
        WriteAtomically(stamp, Stamp(fingerprint));
        return new RunDirectory(path, []);
    }

    /// <summary>The record of a layer that an earlier process finished; null if it did not, or the record is damaged.</summary>
    public LayerRecord? Find(string layer)
    {
        if (!_finished.TryGetValue(layer, out var entry)) return null;
        var path = System.IO.Path.Combine(Path, entry.File);
        return File.Exists(path) && HashOf(path) == entry.Sha256 ? LayerRecord.Read(path) : null;
    }

    /// <summary>Where the record of a layer is written.</summary>
    public string RecordPath(int index) => System.IO.Path.Combine(Path, $"layer-{index:D5}.safetensors");

    /// <summary>Enters a written record into the journal; from then on the layer is finished.</summary>
    public LayerRecord Commit(string layer, string recordPath)
    {
        var line = JsonSerializer.Serialize(new JournalEntry(layer, System.IO.Path.GetFileName(recordPath), HashOf(recordPath))) + "\n";
        using (var journal = new FileStream(System.IO.Path.Combine(Path, JournalName), FileMode.Append, FileAccess.Write))
        {
            journal.Write(Encoding.UTF8.GetBytes(line));
            journal.Flush(flushToDisk: true);
        }
        return LayerRecord.Read(recordPath);
    }

    /// <summary>Removes the folder once the output is in place.</summary>
    public void Delete() => Directory.Delete(Path, recursive: true);

    private static string Stamp(string fingerprint) => JsonSerializer.Serialize(new Dictionary<string, string> { ["fingerprint"] = fingerprint });

    private static void WriteAtomically(string path, string text)
    {
        using var file = new Formats.AtomicFile(path);
        file.Write(0, Encoding.UTF8.GetBytes(text));
        file.Publish();
    }

    private static Dictionary<string, JournalEntry> ReadJournal(string path)
    {
        var finished = new Dictionary<string, JournalEntry>(StringComparer.Ordinal);
        var journal = System.IO.Path.Combine(path, JournalName);
        if (!File.Exists(journal)) return finished;
        var text = File.ReadAllText(journal);
        var complete = text.LastIndexOf('\n') + 1;
        // A kill may have cut the last line; what follows the last line break does not count, and must not spoil the next line.
        if (complete < text.Length)
        {
            using var stream = new FileStream(journal, FileMode.Open, FileAccess.Write);
            stream.SetLength(Encoding.UTF8.GetByteCount(text.AsSpan(0, complete)));
        }
        foreach (var line in text[..complete].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = JsonSerializer.Deserialize<JournalEntry>(line)!;
            finished[entry.Layer] = entry;
        }
        return finished;
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private sealed record JournalEntry(string Layer, string File, string Sha256);
}
