namespace Espalier.Formats.Tokenizers;

/// <summary>A token that is found in the text as it stands, before any splitting.</summary>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Left out of decoded text on request.</summary>
    public bool Special { get; init; }

    /// <summary>Looked for after normalisation, in normalised form.</summary>
    public bool Normalized { get; init; }

    /// <summary>Only between characters that belong to no word.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Takes the white space after it.</summary>
    public bool StripRight { get; init; }
}
