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
    /// <param name="indices">Row numbers, 64-bit integers; negative ones count from the end.</param>
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
            var row = rows[i] < 0 ? rows[i] + data.Shape[0] : rows[i];
            if (row < 0 || row >= data.Shape[0]) throw new EspalierException($"the index {rows[i]} is outside the table of {data.Shape[0]} rows", data.Origin);
            data.ReadSingle(row * width, new Span<float>((float*)Address(result) + ((long)i * width), width));
        }
        return OnDevice(result, device);
    }

    /// <summary>A tensor of 32-bit floats on a device with the given values in row-major order, owned by the caller.</summary>
    public static Tensor ToTensor(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, Device device)
    {
        var tensor = empty(shape.ToArray(), ScalarType.Float32);
        if (tensor.numel() != values.Length) throw new ArgumentException($"{values.Length} values do not fill a tensor of {tensor.numel()}.", nameof(values));
        values.CopyTo(new Span<float>((void*)Address(tensor), values.Length));
        return OnDevice(tensor, device);
    }

    /// <summary>Copies a tensor to managed storage as 32-bit floats.</summary>
    public static TensorData ToData(Tensor tensor) => ToData(tensor, ElementType.F32);

    /// <summary>Copies a tensor to managed storage, rounded to a type of floats of 16 bits or more.</summary>
    /// <exception cref="EspalierException">The type is another.</exception>
    public static TensorData ToData(Tensor tensor, ElementType type)
    {
        var target = type switch
        {
            ElementType.F32 => ScalarType.Float32,
            ElementType.F64 => ScalarType.Float64,
            ElementType.F16 => ScalarType.Float16,
            ElementType.BF16 => ScalarType.BFloat16,
            _ => throw new EspalierException($"computed values cannot be stored as {type}", remedy: "Widen the parameter to 32-bit floats first"),
        };
        using var scope = NewDisposeScope();
        var contiguous = tensor.detach().to(target).cpu().contiguous();
        var bytes = new byte[contiguous.numel() * type.Size()];
        new ReadOnlySpan<byte>((void*)Address(contiguous), bytes.Length).CopyTo(bytes);
        return ArrayTensorData.FromBytes(type, new TensorShape(contiguous.shape), bytes);
    }

    /// <summary>Address of the first element of a contiguous CPU tensor; valid while the tensor lives.</summary>
    public static nint Address(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
            throw new ArgumentException("Only contiguous tensors on the CPU have an address.", nameof(tensor));
        return THSTensor_data(tensor.Handle);
    }

    /// <summary>The libtorch type in which elements of an ONNX element type number are computed.</summary>
    internal static ScalarType FromOnnx(long type) => ComputationType(ElementTypeFromOnnx(type));

    /// <summary>The element type of an ONNX number, if it can be computed with.</summary>
    internal static ElementType ElementTypeFromOnnx(long type) => type switch
    {
        1 => ElementType.F32,
        2 => ElementType.U8,
        3 => ElementType.I8,
        4 => ElementType.U16,
        5 => ElementType.I16,
        6 => ElementType.I32,
        7 => ElementType.I64,
        9 => ElementType.Bool,
        10 => ElementType.F16,
        11 => ElementType.F64,
        12 => ElementType.U32,
        13 => ElementType.U64,
        16 => ElementType.BF16,
        17 => ElementType.F8E4M3,
        19 => ElementType.F8E5M2,
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
