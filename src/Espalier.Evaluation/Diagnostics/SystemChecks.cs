namespace Espalier.Evaluation.Diagnostics;

/// <summary>Operating system, C library and .NET runtime.</summary>
internal static class SystemChecks
{
    public static MachineCheck OperatingSystem(string name, IMachineProbe probe)
    {
        // proc_sys_kernel(5): the release of the Linux kernel.
        var kernel = probe.ReadText("/proc/sys/kernel/osrelease")?.Trim();
        return new(name, CheckStatus.Ok, $"{probe.SystemDescription}, {(kernel is null ? "" : $"kernel {kernel}, ")}{probe.ProcessArchitecture}");
    }

    public static MachineCheck CLibrary(string name, IMachineProbe probe)
    {
        if (!probe.IsLinux) return new(name, CheckStatus.Ok, "part of the operating system");
        if (probe.GlibcVersion() is { } version) return new(name, CheckStatus.Ok, $"glibc {version}");
        return new(name, CheckStatus.Warning, "not glibc (Alpine and others use musl)",
            "libtorch needs glibc: use Debian, Ubuntu, Fedora or a container of one of them for commands that calibrate or train");
    }

    public static MachineCheck Runtime(string name, IMachineProbe probe) => new(name, CheckStatus.Ok, probe.RuntimeDescription);
}
