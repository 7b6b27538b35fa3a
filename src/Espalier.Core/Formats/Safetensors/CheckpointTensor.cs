using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>A tensor to be written into a checkpoint.</summary>
public sealed class CheckpointTensor
{
    /// <summary>Names data and the type to write them in.</summary>
    /// <param name="name">Name in the checkpoint.</param>
    /// <param name="data">The values; read when the tensor is written.</param>
    /// <param name="type">Type in the file, or null for the type of the data.</param>
    public CheckpointTensor(string name, TensorData data, ElementType? type = null)
    {
        Data = data;
        Entry = new SafetensorsEntry(name, type ?? data.ElementType, data.Shape);
    }

    /// <summary>Name, type and shape in the file.</summary>
    public SafetensorsEntry Entry { get; }

    /// <summary>The values.</summary>
    public TensorData Data { get; }
}
