using System.Text.Json;
using Espalier.Data;
using Espalier.Formats;

namespace Espalier.Methods.Runs;

/// <summary>
/// The folder of an unfinished run, beside the output: fingerprint, one record per finished layer, and a journal that names each record with its
/// hash. A record counts only when its journal line is complete, so a kill at any point loses at most the layer at hand. While a process
/// works in the folder it holds a lock, which the operating system releases when the process ends in whatever way.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private const string FingerprintName = "run.json";
    private const string JournalName = "journal.jsonl";
    private const string LockName = "lock";
    private readonly Dictionary<string, JournalEntry> _finished;
    private readonly IReadOnlyList<string> _created;
    private FileStream? _lock;

    private RunDirectory(string path, IReadOnlyList<string> created, FileStream held)
    {
        Path = path;
        _created = created;
        _lock = held;
        _finished = ReadJournal(path);
        Finished = _finished.Count;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Folder in which the output is assembled before it appears.</summary>
    public string Assembly => System.IO.Path.Combine(Path, "output");

    /// <summary>Number of layers finished by an earlier process.</summary>
    public int Finished { get; }

    /// <summary>Whether anything is finished that a resumed run could use.</summary>
    public bool IsWorthKeeping => _finished.Count > 0;

    /// <summary>The run folder that belongs to an output folder.</summary>
    public static string For(string output) => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(output)) + ".espalier-run";

    /// <summary>Starts a run, or continues one.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="fingerprint">What the bits of the run depend on.</param>
    /// <param name="resume">Continue what is there.</param>
    /// <exception cref="UsageException">A run is there and is not to be resumed, it is another one, or another process works on it.</exception>
    /// <exception cref="EspalierException">The folder cannot be created.</exception>
    public static RunDirectory Open(string output, string fingerprint, bool resume)
    {
        var path = For(output);
        var stamp = System.IO.Path.Combine(path, FingerprintName);
        var there = File.Exists(stamp);
        if (there && !resume) throw new UsageException("an unfinished run for this output is there", path, "Continue it with --resume, or delete the folder to start anew");
        if (!there) RequireOwn(path);
        IReadOnlyList<string> created = [];
        FileStream? held = null;
        try
        {
            created = Missing(path);
            Directory.CreateDirectory(path);
            held = Lock(path);
            if (there && File.ReadAllText(stamp) != Stamp(fingerprint))
                throw new UsageException("the unfinished run was started with another recipe, model, data, thread count or version", path, "Give the same arguments, or delete the folder to start anew");
            if (!there)
            {
                foreach (var file in Directory.GetFiles(path).Where(file => file != held.Name)) File.Delete(file);
                // Last, and atomically: a folder without it is no run.
                TextFiles.Write(stamp, Stamp(fingerprint));
            }
            return new RunDirectory(path, created, held);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (!there && held is not null) RunFiles.DeleteFolder(path);
            RunFiles.DeleteEmpty(created);
            if (e is IOException or UnauthorizedAccessException) throw RunFiles.Translate(e, path);
            throw;
        }
    }

    /// <summary>The record of a layer that an earlier process finished; null if it did not, or the record is damaged.</summary>
    public LayerRecord? Find(string layer)
    {
        if (!_finished.TryGetValue(layer, out var entry)) return null;
        var path = System.IO.Path.Combine(Path, entry.File);
        return File.Exists(path) && DataFile.Hash(path) == entry.Sha256 ? LayerRecord.Read(path) : null;
    }

    /// <summary>Where the record of a layer is written.</summary>
    public string RecordPath(int index) => System.IO.Path.Combine(Path, $"layer-{index:D5}.safetensors");

    /// <summary>Enters a written record into the journal; from then on the layer is finished.</summary>
    public LayerRecord Commit(string layer, string recordPath)
    {
        var entry = new JournalEntry(layer, System.IO.Path.GetFileName(recordPath), DataFile.Hash(recordPath));
        using (var journal = new FileStream(System.IO.Path.Combine(Path, JournalName), FileMode.Append, FileAccess.Write))
        {
            journal.Write(JsonSerializer.SerializeToUtf8Bytes(entry));
            journal.WriteByte((byte)'\n');
            journal.Flush(flushToDisk: true);
        }
        _finished[layer] = entry;
        return LayerRecord.Read(recordPath);
    }

    /// <summary>Removes the folder once the output is in place.</summary>
    public void Delete()
    {
        Dispose();
        RunFiles.DeleteFolder(Path);
    }

    /// <summary>Removes the folder, and the folders above that were created for it, if nothing in it could be resumed.</summary>
    public void DeleteUnlessResumable()
    {
        if (IsWorthKeeping) return;
        Delete();
        RunFiles.DeleteEmpty(_created);
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>A folder of this name without a run in it is left from a run that was killed at its very start or end; anything else is not ours to delete.</summary>
    private static void RequireOwn(string path)
    {
        if (!Directory.Exists(path)) return;
        if (Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).FirstOrDefault(name => !IsOwn(name!)) is { } foreign)
            throw new UsageException($"the folder is needed for the unfinished run, but holds something else ('{foreign}')", path, "Move it away, or choose another output");
    }

    private static bool IsOwn(string name) => name is LockName or JournalName or "output" || name.StartsWith(FingerprintName, StringComparison.Ordinal)
        || (name.StartsWith("layer-", StringComparison.Ordinal) && name.Contains(".safetensors", StringComparison.Ordinal));

    /// <summary>Folders above that do not exist yet, the deepest first, as they have to be deleted.</summary>
    private static List<string> Missing(string path)
    {
        var missing = new List<string>();
        for (var folder = System.IO.Path.GetDirectoryName(path); folder is not null && !Directory.Exists(folder); folder = System.IO.Path.GetDirectoryName(folder)) missing.Add(folder);
        return missing;
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException && File.Exists(System.IO.Path.Combine(path, LockName)))
        {
            throw new UsageException("another process works on this run", path, "Wait until it ends, or choose another output");
        }
    }

    private static string Stamp(string fingerprint) => JsonSerializer.Serialize(new Dictionary<string, string> { ["fingerprint"] = fingerprint });

    private static Dictionary<string, JournalEntry> ReadJournal(string path)
    {
        var finished = new Dictionary<string, JournalEntry>(StringComparer.Ordinal);
        var journal = System.IO.Path.Combine(path, JournalName);
        if (!File.Exists(journal)) return finished;
        var bytes = File.ReadAllBytes(journal);
        var complete = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        // A kill may have cut the last line; what follows the last line break does not count, and must not spoil the next line.
        if (complete < bytes.Length)
        {
            using var stream = new FileStream(journal, FileMode.Open, FileAccess.Write);
            stream.SetLength(complete);
        }
        foreach (var range in bytes.AsSpan(0, complete).Split((byte)'\n'))
        {
            if (Parse(bytes.AsSpan(0, complete)[range]) is { } entry) finished[entry.Layer] = entry;
        }
        return finished;
    }

    /// <summary>An entry, or null for a damaged line: its layer is computed again.</summary>
    private static JournalEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty || JsonSerializer.Deserialize<JournalEntry>(line) is not { Layer: not null, File: not null } entry || entry.File != System.IO.Path.GetFileName(entry.File) ? null : entry;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record JournalEntry(string Layer, string File, string Sha256);
}
