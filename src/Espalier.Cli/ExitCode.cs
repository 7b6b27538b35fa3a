namespace Espalier.Cli;

/// <summary>Exit codes of the command line.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The work failed: a damaged file, a full disk, a solver that gave up.</summary>
    public const int Failure = 1;

    /// <summary>The request cannot be fulfilled as stated: an unknown name, an option out of range.</summary>
    public const int Usage = 2;

    /// <summary>Something that was checked does not hold.</summary>
    public const int CheckFailed = 3;

    /// <summary>Interrupted by the user.</summary>
    public const int Interrupted = 130;
}
