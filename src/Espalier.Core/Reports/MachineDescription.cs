using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Espalier.Reports;

/// <summary>The machine, as reports and fingerprints name it.</summary>
public static class MachineDescription
{
    /// <summary>Processor model and the vector width that kernels use.</summary>
    public static string Processor { get; } = $"{ReadModel()}, {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)}-bit vectors";

    /// <summary>Processor, cores and operating system.</summary>
    public static string Summary => $"{Processor}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private static string ReadModel()
    {
        const string Path = "/proc/cpuinfo";
        if (File.Exists(Path))
        {
            var line = File.ReadLines(Path).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null) return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
