using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Methods.Structure;

/// <summary>The memory of a contiguous 32-bit tensor on the CPU.</summary>
internal static class TensorSpan
{
    /// <summary>Its elements; valid while the tensor lives.</summary>
    public static unsafe ReadOnlySpan<float> Of(Tensor tensor) => new((void*)TensorInterop.Address(tensor), checked((int)tensor.numel()));
}
