using System.IO.MemoryMappedFiles;
using Espalier.Tensors;

namespace Espalier.Formats;

/// <summary>
/// A file mapped into memory for reading, of any size, also empty. Ranges are checked against the length that the file had when it was
/// opened. Nothing is read until it is touched, so a checkpoint larger than memory can be opened.
/// </summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;
    private volatile bool _disposed;

    private MappedFile(string path, FileStream stream)
    {
        Path = path;
        Length = stream.Length;
        if (Length == 0) return; // the operating system refuses to map nothing
        _map = MemoryMappedFile.CreateFromFile(stream, null, Length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Path as given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="EspalierException">The file does not exist or cannot be opened.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return new MappedFile(path, stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EspalierException("the file does not exist", path, "Check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new EspalierException($"the file cannot be opened: {e.Message}", path,
                "Check that it is a regular file and that you may read it", e);
        }
    }

    /// <summary>A range as a span, valid until disposal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the file.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        Check(offset, length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>A range as tensor data, valid until disposal. The offset needs no alignment.</summary>
    /// <param name="elementType">Type of the stored little-endian elements.</param>
    /// <param name="shape">Row-major shape.</param>
    /// <param name="offset">First byte, from the start of the file.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the file.</exception>
    public TensorData Tensor(ElementType elementType, TensorShape shape, long offset)
    {
        Check(offset, elementType.ByteCount(shape.ElementCount));
        return new MappedTensorData(this, elementType, shape, offset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_start is not null) _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _start = null;
        _view?.Dispose();
        _map?.Dispose();
    }

    /// <summary>Address of a byte; the caller has checked the range.</summary>
    internal nint AddressOf(long offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return (nint)(_start + offset);
    }

    private void Check(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(length),
                $"Bytes {offset} to {offset + length} are not inside {Path} ({Length} bytes).");
        }
    }
}
