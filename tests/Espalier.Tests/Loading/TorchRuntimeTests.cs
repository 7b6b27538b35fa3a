using Espalier.Torch;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Loading;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void A_tensor_operation_runs()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = torch.NewDisposeScope();
        var a = torch.tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        Assert.Equal([14f, 32f, 32f, 77f], a.matmul(a.t()).contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Description_agrees_with_the_process()
    {
        var description = TorchRuntime.Describe();
        Assert.Null(description.Failure);
        Assert.NotEqual(TorchLoadMode.NotLoaded, description.Mode);
        Assert.StartsWith(TorchRuntime.LibTorchVersion, description.Version, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(description.LibTorchFolder!, NativeFolders.LibTorchName)));
        Assert.True(description.ThreadCount >= 1);
        if (!OperatingSystem.IsLinux()) return;
        // The kernel's list of mapped files is the independent witness. It shows link targets, hence names only.
        var mapped = File.ReadLines("/proc/self/maps").Select(line => Path.GetFileName(line.Split(' ')[^1])).ToHashSet();
        Assert.Contains(Path.GetFileName(description.LoadedFile!), mapped);
        Assert.Equal(description.Mode == TorchLoadMode.PatchedCopy, !mapped.Contains(NativeFolders.ShimName));
    }

    [Fact]
    public void Cpu_is_parsed_and_unknown_devices_are_refused()
    {
        Assert.Equal(DeviceType.CPU, TorchDevice.Parse(" CPU ").type);
        foreach (var text in new[] { "", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda1" })
        {
            Assert.Contains("is not a device", Assert.Throws<UsageException>(() => TorchDevice.Parse(text)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cuda_is_refused_with_reason_where_it_is_not_available()
    {
        var description = TorchRuntime.Describe();
        Assert.SkipWhen(description.CudaDeviceCount > 0, "This machine has a CUDA device.");
        var error = Assert.Throws<UsageException>(() => TorchDevice.Parse("cuda:1"));
        Assert.Contains(description.IsCudaBuild ? "no CUDA device" : "CPU build", error.Message, StringComparison.Ordinal);
        Assert.Contains("--device cpu", error.Remedy, StringComparison.Ordinal);
    }
}
