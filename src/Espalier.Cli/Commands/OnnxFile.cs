namespace Espalier.Cli.Commands;

/// <summary>Tells ONNX files from the other kinds of models, and reads the sizes of their symbols.</summary>
internal static class OnnxFile
{
    /// <summary>True for a path that ends in .onnx and is no folder.</summary>
    public static bool Is(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>Sizes from texts of the form NAME=N.</summary>
    /// <exception cref="UsageException">A text has another form.</exception>
    public static IReadOnlyDictionary<string, long> Sizes(string[]? texts)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts ?? [])
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || !long.TryParse(parts[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size) || size < 1)
                throw new UsageException($"'{text}' is not of the form NAME=N", "--size", "For example --size batch=1");
            sizes[parts[0]] = size;
        }
        return sizes;
    }
}
