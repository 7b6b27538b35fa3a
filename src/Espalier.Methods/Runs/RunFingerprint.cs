using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Espalier.Recipes;
using Espalier.Reports;

namespace Espalier.Methods.Runs;

/// <summary>Identifies what a run's bits depend on, so that a resumed run continues the same work and nothing else.</summary>
internal static class RunFingerprint
{
    private const int Edge = 1 << 20;

    /// <summary>Hash over version, recipe, calibration tokens, processor and thread count, and the model's files (sizes, first and last MiB).</summary>
    public static string Compute(PruneRecipe recipe, string? tokensSha256, int threads)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add(EspalierVersion.Current);
        // Where things lie does not change bits, what they hold does.
        Add(JsonSerializer.Serialize(recipe with { Model = "", Data = null, DataField = null }));
        Add(tokensSha256 ?? "no data");
        Add($"{threads} threads, {MachineDescription.Processor}");
        foreach (var file in ModelFiles(recipe.Model)) AddFile(hash, file, Add);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> ModelFiles(string model) => Directory.Exists(model)
        ? Directory.GetFiles(model).Where(file => Path.GetExtension(file) is ".safetensors" or ".gguf" or ".json").Order(StringComparer.Ordinal)
        : [model];

    private static void AddFile(IncrementalHash hash, string path, Action<string> add)
    {
        using var stream = File.OpenRead(path);
        add($"{Path.GetFileName(path)} {stream.Length}");
        var buffer = new byte[Edge];
        hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, Edge, throwOnEndOfStream: false));
        stream.Seek(-Math.Min(Edge, stream.Length), SeekOrigin.End);
        hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, Edge, throwOnEndOfStream: false));
    }
}
