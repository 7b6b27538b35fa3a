namespace Espalier.Reports;

/// <summary>Which data a number was measured on, exactly enough to repeat it.</summary>
public sealed record DataProtocol
{
    /// <summary>File name, without folders.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>How the file became token ids.</summary>
    public required string Preparation { get; init; }

    /// <summary>Identity of the tokenizer; <c>none</c> for files of token ids.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>SHA-256 of the token ids used, as little-endian 32-bit integers.</summary>
    public required string TokensSha256 { get; init; }
}
