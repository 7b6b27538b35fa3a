using System.Runtime.InteropServices;
using Espalier.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Between stored tensors, matrices and libtorch.</summary>
public static unsafe partial class TensorInterop
{
    /// <summary>
    /// Copies stored data to a device in the type of <see cref="ComputationType"/>: narrow floats widened to 32 bits (half products are slow on
    /// CPUs), doubles, integers and Booleans as they are.
    /// </summary>
    /// <returns>A tensor owned by the caller.</returns>
    public static Tensor ToTensor(TensorData data, Device device)
    {
        var shape = data.Shape.ToArray();
        var type = data.ElementType;
        var target = ComputationType(type);
        var tensor = empty(shape, target);
        if (target == ScalarType.Float32)
        {
            Chunked(data.ElementCount, (start, count) => data.ReadSingle(start, new Span<float>((float*)Address(tensor) + start, count)));
        }
        else if (type is ElementType.U16 or ElementType.U32 or ElementType.U64)
        {
            var values = new long[data.ElementCount];
            data.ReadInt64(0, values);
            tensor = torch.tensor(values, shape, ScalarType.Int64).to(target);
        }
        else
        {
            var size = type.Size();
            Chunked(data.ElementCount, (start, count) => data.CopyBytes(start * size, new Span<byte>((byte*)Address(tensor) + (start * size), count * size)));
        }
        return OnDevice(tensor, device);
    }

    /// <summary>
    /// The libtorch type in which elements are computed. libtorch has no arithmetic on unsigned integers of more than 8 bits; they become the
    /// signed type that holds them.
    /// </summary>
    internal static ScalarType ComputationType(ElementType type) => type switch
    {
        ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F8E4M3 or ElementType.F8E5M2 => ScalarType.Float32,
        ElementType.F64 => ScalarType.Float64,
        ElementType.I64 or ElementType.U64 or ElementType.U32 => ScalarType.Int64,
        ElementType.I32 or ElementType.U16 => ScalarType.Int32,
        ElementType.I16 => ScalarType.Int16,
        ElementType.I8 => ScalarType.Int8,
        ElementType.U8 => ScalarType.Byte,
        ElementType.Bool => ScalarType.Bool,
        _ => throw new EspalierException($"the element type {type} cannot be used in computations"),
    };

    /// <summary>Reads rows of a stored matrix, widened to 32-bit floats, without reading the rest of it.</summary>
    /// <param name="data">A matrix [rows, width].</param>
    /// <param name="indices">Row numbers, 64-bit integers.</param>
    /// <param name="device">Device of the result.</param>
    /// <returns>[..., width], owned by the caller.</returns>
    public static Tensor GatherRows(TensorData data, Tensor indices, Device device)
    {
        var width = checked((int)data.Shape[1]);
        using var flat = indices.cpu().contiguous();
        var rows = flat.data<long>().ToArray();
        var result = empty([.. indices.shape, width], ScalarType.Float32);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0 || rows[i] >= data.Shape[0])
                throw new EspalierException($"the index {rows[i]} is outside the table of {data.Shape[0]} rows", data.Origin);
            data.ReadSingle(rows[i] * width, new Span<float>((float*)Address(result) + ((long)i * width), width));
        }
        return OnDevice(result, device);
    }

    /// <summary>Copies a contiguous 32-bit float tensor to managed storage.</summary>
    public static TensorData ToData(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var contiguous = tensor.detach().to(ScalarType.Float32).cpu().contiguous();
        var bytes = new byte[contiguous.numel() * sizeof(float)];
        new ReadOnlySpan<byte>((void*)Address(contiguous), bytes.Length).CopyTo(bytes);
        return ArrayTensorData.FromBytes(ElementType.F32, new TensorShape(contiguous.shape), bytes);
    }

    /// <summary>Address of the first element of a contiguous CPU tensor; valid while the tensor lives.</summary>
    public static nint Address(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException("Only contiguous tensors on the CPU have an address.", nameof(tensor));
        return THSTensor_data(tensor.Handle);
    }

    /// <summary>The libtorch type of an ONNX element type number.</summary>
    internal static ScalarType FromOnnx(long type) => type switch
    {
        1 => ScalarType.Float32,
        2 => ScalarType.Byte,
        3 => ScalarType.Int8,
        5 => ScalarType.Int16,
        6 => ScalarType.Int32,
        7 => ScalarType.Int64,
        9 => ScalarType.Bool,
        10 => ScalarType.Float16,
        11 => ScalarType.Float64,
        16 => ScalarType.BFloat16,
        _ => throw new EspalierException($"the ONNX element type {type} cannot be used in computations"),
    };

    private static Tensor OnDevice(Tensor tensor, Device device)
    {
        if (device.type == DeviceType.CPU) return tensor;
        using (tensor) return tensor.to(device);
    }

    private static void Chunked(long count, Action<long, int> action)
    {
        const int Chunk = 1 << 24;
        for (var start = 0L; start < count; start += Chunk) action(start, (int)Math.Min(Chunk, count - start));
    }

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint handle);
}
