namespace Espalier.Evaluation.Diagnostics;

/// <summary>Processor model, vector instructions and number of cores.</summary>
internal static class ProcessorChecks
{
    public static MachineCheck Features(string name, IMachineProbe probe)
    {
        var features = probe.Features();
        (string Name, bool Present)[] list = probe.ProcessArchitecture == "arm64"
            ? [("AdvSimd", features.AdvSimd)]
            :
            [
                ("AVX2", features.Avx2), ("FMA", features.Fma),
                ("AVX-512F", features.Avx512F), ("AVX-512BW", features.Avx512BW), ("AVX-512VBMI2", features.Avx512Vbmi2),
            ];
        var present = list.Where(item => item.Present).Select(item => item.Name).ToArray();
        var absent = list.Where(item => !item.Present).Select(item => item.Name).ToArray();
        var found = $"{Model(probe) ?? "unknown model"}; with {Join(present)}"
            + (absent.Length == 0 ? "" : $"; without {Join(absent)}")
            + (features.Vector512IsAccelerated ? "; Vector512 accelerated" : "; Vector512 not accelerated");
        var good = features.AdvSimd || features is { Avx2: true, Fma: true };
        return good ? new(name, CheckStatus.Ok, found) : new(name, CheckStatus.Warning, found,
            "The sparse kernels fall back to slow code: use a processor with AVX2 and FMA, or check that the virtual machine and DOTNET_Enable* variables do not hide them");
    }

    public static MachineCheck Cores(string name, IMachineProbe probe)
    {
        var usable = probe.ProcessorCount;
        var present = Lines(probe).Count(line => line.StartsWith("processor", StringComparison.Ordinal));
        return new(name, CheckStatus.Ok, present > usable ? $"{usable} usable of {present} (affinity or container quota)" : $"{usable}");
    }

    private static string? Model(IMachineProbe probe) =>
        Lines(probe).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();

    private static string[] Lines(IMachineProbe probe) => probe.ReadText("/proc/cpuinfo")?.Split('\n') ?? [];

    private static string Join(string[] names) => names.Length == 0 ? "none of the vector instructions looked for" : string.Join(", ", names);
}
