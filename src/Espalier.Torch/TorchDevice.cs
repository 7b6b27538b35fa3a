using System.Globalization;
using Espalier.Torch.Loading;
using TorchSharp;

namespace Espalier.Torch;

/// <summary>Reads the names of devices as users write them: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
public static class TorchDevice
{
    private const string Option = "--device";

    /// <summary>Returns the device, after making sure that it can be used. <c>cuda</c> means <c>cuda:0</c>.</summary>
    /// <param name="text">The name; case does not matter.</param>
    /// <exception cref="UsageException">The name is unknown, CUDA is not available, or there is no device of that number.</exception>
    /// <exception cref="EspalierException">libtorch does not load.</exception>
    public static torch.Device Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var index = ParseIndex(text.Trim());
        var runtime = TorchRuntime.Describe();
        if (runtime.Failure is not null) throw runtime.Failure;
        if (index is not { } number) return torch.CPU;
        if (!runtime.IsCudaBuild)
        {
            throw new UsageException($"'{text}' was asked for, but the libtorch in {runtime.LibTorchFolder} is a CPU build", Option,
                $"Use {Option} cpu, or let the application reference the package libtorch-cuda-12.8-{NativeFolders.RuntimeIdentifier} {TorchRuntime.LibTorchVersion} instead of libtorch-cpu");
        }
        if (runtime.CudaDeviceCount == 0)
        {
            throw new UsageException($"'{text}' was asked for, but libtorch finds no CUDA device: there is no NVIDIA GPU, or its driver is absent or too old", Option,
                $"Use {Option} cpu, or check the driver with nvidia-smi");
        }
        if (number >= runtime.CudaDeviceCount)
        {
            throw new UsageException($"'{text}' was asked for, but there are {runtime.CudaDeviceCount} CUDA device(s), numbered from 0", Option,
                $"Use a number from 0 to {runtime.CudaDeviceCount - 1}");
        }
        return new torch.Device(DeviceType.CUDA, number);
    }

    // Null for the CPU, the number of the device for CUDA.
    private static int? ParseIndex(string text)
    {
        if (text.Equals("cpu", StringComparison.OrdinalIgnoreCase)) return null;
        if (text.Equals("cuda", StringComparison.OrdinalIgnoreCase)) return 0;
        if (text.StartsWith("cuda:", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return index;
        throw new UsageException($"'{text}' is not a device", Option, "Use cpu, cuda or cuda:N with N from 0");
    }
}
