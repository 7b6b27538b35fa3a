using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>Tensors of a run by name in a safetensors file that appears atomically, every bit as it is.</summary>
internal static class StateFile
{
    public static void Save(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var writer = new SafetensorsWriter(path, tensors.Select(item => new SafetensorsEntry(item.Name, TypeOf(item.Tensor), new TensorShape(item.Tensor.shape))), metadata);
        foreach (var (name, tensor) in tensors) writer.Write(name, TensorInterop.ToData(tensor, TypeOf(tensor)));
        writer.Complete();
    }

    /// <summary>Copies the file's values into the tensors.</summary>
    /// <exception cref="EspalierException">A tensor is missing or has another shape.</exception>
    public static void Fill(SafetensorsFile file, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var data = file[name];
            if (!data.Shape.ToArray().AsSpan().SequenceEqual(tensor.shape))
                throw new InvalidFileException(file.Origin, $"its shape is {data.Shape}, expected {new TensorShape(tensor.shape)}", $"tensor '{name}'", "Delete the checkpoint to start anew");
            tensor.copy_(TensorInterop.ToTensor(data, tensor.device));
        }
    }

    private static ElementType TypeOf(Tensor tensor) => tensor.dtype == ScalarType.Float64 ? ElementType.F64 : ElementType.F32;
}
