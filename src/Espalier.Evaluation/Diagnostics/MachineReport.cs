namespace Espalier.Evaluation.Diagnostics;

/// <summary>What this machine can run, and the remedy for what it cannot: the content of <c>espalier doctor</c>.</summary>
/// <param name="Checks">The checks in the order of display.</param>
public sealed record MachineReport(IReadOnlyList<MachineCheck> Checks)
{
    /// <summary>The worst status among the checks.</summary>
    public CheckStatus Worst => Checks.Max(check => check.Status);

    /// <summary>Examines this machine. Loads libtorch and ONNX Runtime if they are there; never throws for what is absent.</summary>
    public static MachineReport Create() => Create(new MachineProbe());

    /// <summary>Judges what a probe finds.</summary>
    /// <param name="probe">The source of all facts.</param>
    public static MachineReport Create(IMachineProbe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        List<MachineCheck> checks =
        [
            MachineCheck.Run("operating system", name => SystemChecks.OperatingSystem(name, probe)),
            MachineCheck.Run("C library", name => SystemChecks.CLibrary(name, probe)),
            MachineCheck.Run(".NET runtime", name => SystemChecks.Runtime(name, probe)),
            MachineCheck.Run("processor", name => ProcessorChecks.Features(name, probe)),
            MachineCheck.Run("cores", name => ProcessorChecks.Cores(name, probe)),
            MachineCheck.Run("memory", name => MemoryChecks.Memory(name, probe)),
            MachineCheck.Run("disk, current folder", name => DiskChecks.Free(name, probe, Environment.CurrentDirectory)),
            MachineCheck.Run("disk, temporary folder", name => DiskChecks.Free(name, probe, Path.GetTempPath())),
        ];
        if (probe.IsLinux) checks.Add(MachineCheck.Run("libstdc++", name => LibraryChecks.StandardLibrary(name, probe)));
        checks.Add(MachineCheck.Run("libtorch", name => LibraryChecks.LibTorch(name, probe)));
        if (LibraryChecks.LeftoverFolder(probe) is { } folder) checks.Add(LibraryChecks.Leftover("TorchSharp leftovers", folder));
        checks.Add(MachineCheck.Run("ONNX Runtime", name => LibraryChecks.OnnxRuntime(name, probe)));
        return new(checks);
    }
}
