using System.Text.Json.Nodes;
using Espalier.Formats.Safetensors;
using Espalier.Sparsity;
using Espalier.Tensors;

namespace Espalier.Methods.Runs;

/// <summary>Assembles the output: weights, configuration, masks, and the files that a checkpoint carries besides.</summary>
internal static class OutputFolder
{
    private static readonly string[] NotCarried = [".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".data", ".index.json"];
    private static readonly string[] OwnFiles = ["config.json", "report.json", "report.html", "README.md"];

    /// <summary>Writes all but the report into a new folder.</summary>
    /// <param name="folder">Created; what an interrupted assembly left there is removed.</param>
    /// <param name="model">The model, its parameters replaced by the pruned ones.</param>
    /// <param name="outputType">The recipe's output type.</param>
    /// <param name="masks">Masks by parameter name.</param>
    public static void Write(string folder, Model model, string outputType, IReadOnlyCollection<KeyValuePair<string, Mask>> masks)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var parameters = model.Graph.Parameters.Values.Where(parameter => !parameter.IsConstant).ToArray();
        SafetensorsCheckpointWriter.Write(folder, parameters.Select(parameter => new CheckpointTensor(parameter.Name, parameter.Data, OutputTypes.Of(outputType, parameter))));
        MaskFile.Write(Path.Combine(folder, MaskFile.FileName), masks);
        model.WriteTokenizer(folder);
        WriteConfig(Path.Combine(folder, "config.json"), model.Config, parameters.Select(parameter => OutputTypes.Of(outputType, parameter)));
        if (!Directory.Exists(model.Path)) return;
        foreach (var file in Directory.GetFiles(model.Path))
        {
            var name = Path.GetFileName(file);
            if (OwnFiles.Contains(name) || NotCarried.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))) continue;
            if (!File.Exists(Path.Combine(folder, name))) File.Copy(file, Path.Combine(folder, name));
        }
    }

    /// <summary>The source's configuration with the type of the written weights.</summary>
    private static void WriteConfig(string path, JsonObject config, IEnumerable<ElementType> types)
    {
        var copy = config.DeepClone().AsObject();
        var distinct = types.GroupBy(type => type).MaxBy(group => group.Count())!.Key;
        var name = distinct switch { ElementType.F16 => "float16", ElementType.BF16 => "bfloat16", _ => "float32" };
        copy[copy.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = name;
        File.WriteAllText(path, copy.ToJsonString(new() { WriteIndented = true }) + "\n");
    }
}
