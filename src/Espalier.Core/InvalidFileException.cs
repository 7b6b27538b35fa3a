namespace Espalier;

/// <summary>A file that cannot be read because it is damaged, truncated, hostile or of an unknown kind.</summary>
public sealed class InvalidFileException : EspalierException
{
    /// <summary>Creates an error about a file.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="part">The tensor, key or byte range concerned, if known.</param>
    /// <param name="remedy">What the user can do.</param>
    /// <param name="inner">The cause, if another exception led here.</param>
    public InvalidFileException(string file, string problem, string? part = null, string? remedy = null, Exception? inner = null)
        : base(problem, part is null ? file : $"{file}, {part}", remedy ?? "Check that the file was copied or downloaded completely", inner)
    {
        File = file;
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }
}
