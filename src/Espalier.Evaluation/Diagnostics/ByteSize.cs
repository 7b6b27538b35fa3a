using System.Globalization;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>Writes numbers of bytes for people.</summary>
internal static class ByteSize
{
    /// <summary>Bytes in one gibibyte.</summary>
    public const long GiB = 1L << 30;

    /// <summary>For example <c>23.5 GiB</c>.</summary>
    public static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / GiB:0.0} GiB");
}
