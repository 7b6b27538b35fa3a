using System.Text;
using Espalier.Data;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;

namespace Espalier.Core.Tests.Data;

/// <summary>Data files that disappear with the test, and requests for them.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("espalier-data-");

    public CharacterTokenizer Tokenizer { get; init; } = new();

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public DataRequest Text(string name, string content) => Text(name, Encoding.UTF8.GetBytes(content));

    public DataRequest Text(string name, byte[] content, string? field = null)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return new DataRequest { Path = File(name), Tokenizer = Tokenizer, Field = field };
    }

    public DataRequest Tokens(params (string Name, TensorData Data)[] tensors)
    {
        using var writer = new SafetensorsWriter(File("ids.safetensors"), tensors.Select(tensor => new SafetensorsEntry(tensor.Name, tensor.Data.ElementType, tensor.Data.Shape)));
        foreach (var (name, data) in tensors) writer.Write(name, data);
        writer.Complete();
        return new DataRequest { Path = File("ids.safetensors") };
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
