using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Espalier.Torch.Loading;
using Microsoft.ML.OnnxRuntime;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>Reads the facts from this machine.</summary>
internal sealed partial class MachineProbe : IMachineProbe
{
    private TorchDescription? _libTorch;

    public bool IsLinux => OperatingSystem.IsLinux();

    public string SystemDescription => RuntimeInformation.OSDescription;

    [SuppressMessage("Globalization", "CA1308", Justification = "Runtime identifiers are lower case.")]
    public string ProcessArchitecture => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    public string RuntimeDescription => $"{RuntimeInformation.FrameworkDescription} ({RuntimeInformation.RuntimeIdentifier})";

    public int ProcessorCount => Environment.ProcessorCount;

    public long UsableMemory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public string? GlibcVersion()
    {
        if (!IsLinux) return null;
        try
        {
            return Marshal.PtrToStringUTF8(GnuGetLibcVersion());
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    public ProcessorFeatures Features() => new()
    {
        Avx2 = Avx2.IsSupported,
        Fma = Fma.IsSupported,
        Avx512F = Avx512F.IsSupported,
        Avx512BW = Avx512BW.IsSupported,
        Avx512Vbmi2 = Avx512Vbmi2.IsSupported,
        AdvSimd = AdvSimd.IsSupported,
        Vector512IsAccelerated = Vector512.IsHardwareAccelerated,
    };

    public string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public long FreeDiskSpace(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    public HostStandardLibrary? StandardLibrary() => HostStandardLibrary.Find();

    public TorchDescription LibTorch() => _libTorch ??= TorchRuntime.Describe();

    [SuppressMessage("Design", "CA1031", Justification = "Whatever stops ONNX Runtime from loading is the finding.")]
    public OnnxRuntimeDescription OnnxRuntime()
    {
        try
        {
            var environment = OrtEnv.Instance();
            return new(environment.GetVersionString(), environment.GetAvailableProviders());
        }
        catch (Exception error)
        {
            return new(null, [], error.GetBaseException().Message.ReplaceLineEndings(" "));
        }
    }

    // Exported by glibc only; musl has no function to tell its version.
    [LibraryImport("libc.so.6", EntryPoint = "gnu_get_libc_version")]
    private static partial IntPtr GnuGetLibcVersion();
}
