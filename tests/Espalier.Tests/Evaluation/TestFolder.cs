using System.Text.Json.Nodes;
using Espalier.Data;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Espalier.Testing;

namespace Espalier.Tests.Evaluation;

/// <summary>A folder that disappears with the test: token files, and copies of tiny models with changed weights.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-evaluation-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file of token ids and what is read from it.</summary>
    public TokenRows Rows(int rows, int length, IEnumerable<long> ids)
    {
        var data = ArrayTensorData.FromInt64(new TensorShape(rows, length), ids.ToArray());
        using (var writer = new SafetensorsWriter(File("ids.safetensors"), [new("ids", data.ElementType, data.Shape)]))
        {
            writer.Write("ids", data);
            writer.Complete();
        }
        return EvaluationText.Open(new DataRequest { Path = File("ids.safetensors") }).Windows();
    }

    /// <summary>Copies a tiny checkpoint of the oracles, every tensor as 32-bit floats that the caller may change.</summary>
    public string CopyModel(string oracle, Action<string, float[]>? change = null)
    {
        var source = SharedData.Require("oracles", "hf", oracle);
        System.IO.File.Copy(System.IO.Path.Combine(source, "config.json"), File("config.json"), overwrite: true);
        using var checkpoint = SafetensorsCheckpoint.Open(System.IO.Path.Combine(source, "model.safetensors"));
        using var writer = new SafetensorsWriter(File("model.safetensors"), checkpoint.Names.Select(name => new SafetensorsEntry(name, ElementType.F32, checkpoint[name].Shape)));
        foreach (var name in checkpoint.Names)
        {
            var values = checkpoint[name].ToSingles();
            change?.Invoke(name, values);
            writer.Write(name, ArrayTensorData.FromSingles(checkpoint[name].Shape, values));
        }
        writer.Complete();
        return Path;
    }

    public static JsonNode Json(params string[] parts) => JsonNode.Parse(System.IO.File.ReadAllText(SharedData.Require(parts)))!;

    public void Dispose() => _folder.Delete(recursive: true);
}
