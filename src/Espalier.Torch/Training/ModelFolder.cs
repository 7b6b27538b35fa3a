namespace Espalier.Torch.Training;

/// <summary>Puts a finished model where it belongs.</summary>
internal static class ModelFolder
{
    /// <summary>The file without which a folder is no model; it is moved last.</summary>
    public const string ConfigName = "config.json";

    /// <summary>Refuses a folder that holds a model already.</summary>
    public static void RequireVacant(string folder)
    {
        if (File.Exists(folder)) throw new UsageException("there is a file of that name", folder, "Choose another output folder");
        if (!Directory.Exists(folder)) return;
        var present = Directory.EnumerateFiles(folder).Select(Path.GetFileName)
            .FirstOrDefault(name => name == ConfigName || name!.EndsWith(".safetensors", StringComparison.Ordinal));
        if (present is not null) throw new UsageException($"the folder holds a model already ({present})", folder, "Choose another output folder, or delete the old model");
    }

    /// <summary>
    /// Moves the staged files to the output. A folder that does not exist appears at once; in an existing one, which may hold a recipe or a model
    /// card, the configuration comes last, so that no half model can be opened.
    /// </summary>
    public static void Publish(string staging, string output)
    {
        try
        {
            if (!Directory.Exists(output))
            {
                if (Path.GetDirectoryName(output) is { } parent) Directory.CreateDirectory(parent);
                Directory.Move(staging, output);
                return;
            }
            RequireVacant(output);
            foreach (var file in Directory.GetFiles(staging).OrderBy(file => Path.GetFileName(file) == ConfigName))
                File.Move(file, Path.Combine(output, Path.GetFileName(file)), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the model cannot be moved from {staging}: {e.Message}", output, "Move the files by hand", e);
        }
    }
}
