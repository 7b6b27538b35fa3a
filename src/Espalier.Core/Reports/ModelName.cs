using System.Text.RegularExpressions;

namespace Espalier.Reports;

/// <summary>Names of models and files for readers: reports travel, and folders of the machine that made them are nobody's business.</summary>
internal static partial class ModelName
{
    /// <summary>Last part of a path of any system; the repository name for a snapshot in the cache of the Hugging Face hub.</summary>
    public static string Of(string path)
    {
        var parts = path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.LastOrDefault(part => CachedRepository().IsMatch(part)) is { } cached) return cached["models--".Length..].Replace("--", "/", StringComparison.Ordinal);
        return parts.LastOrDefault(part => part is not ("." or "..")) ?? "model";
    }

    [GeneratedRegex("^models--[^-].*$", RegexOptions.CultureInvariant)]
    private static partial Regex CachedRepository();
}
