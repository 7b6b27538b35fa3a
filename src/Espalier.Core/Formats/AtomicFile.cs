using Microsoft.Win32.SafeHandles;

namespace Espalier.Formats;

/// <summary>
/// A file that appears at its target only when it is complete: bytes go to <c>path.tmp-random</c>, are flushed to the disk, and the
/// file is renamed. Unless <see cref="Publish"/> was reached, disposal deletes the temporary file and the target stays as it was.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly long _expectedBytes;
    private readonly string _temporary;
    private SafeFileHandle? _handle;
    private bool _sealed, _published;

    /// <summary>Creates the temporary file beside the target.</summary>
    /// <param name="path">The target.</param>
    /// <param name="expectedBytes">Bytes that will be written; checked against the free space before anything is created. 0: unknown.</param>
    /// <exception cref="EspalierException">The folder is missing, not writable, or too little space is free.</exception>
    public AtomicFile(string path, long expectedBytes = 0)
    {
        Path = path;
        _expectedBytes = expectedBytes;
        _temporary = $"{path}.tmp-{System.IO.Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}";
        var free = DiskSpace.FreeBytes(path);
        if (free is { } bytes && expectedBytes > bytes) throw DiskSpace.Full(path, expectedBytes, bytes, null);
        Guard(() => _handle = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None));
    }

    /// <summary>The target.</summary>
    public string Path { get; }

    /// <summary>Writes bytes at an offset; the order of writes is free.</summary>
    /// <exception cref="EspalierException">The disk is full or the file cannot be written.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var handle = _handle ?? throw new InvalidOperationException("The file is complete.");
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskSpace.Translate(e, Path, _expectedBytes);
        }
    }

    /// <summary>Flushes the temporary file to the disk; after this only <see cref="Publish"/> or disposal may follow.</summary>
    public void Seal()
    {
        if (_sealed) return;
        Guard(() => RandomAccess.FlushToDisk(_handle!));
        _handle!.Dispose();
        _handle = null;
        _sealed = true;
    }

    /// <summary>Seals the file and renames it to the target, which is replaced if it exists.</summary>
    public void Publish()
    {
        Seal();
        Guard(() => File.Move(_temporary, Path, overwrite: true));
        _published = true;
    }

    /// <summary>Deletes the temporary file unless it was published.</summary>
    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
        if (_published) return;
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing more can be done, and the error that led here matters more than a left-over file.
        }
        _published = true;
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskSpace.Translate(e, Path, _expectedBytes);
        }
    }
}
