namespace Espalier.Evaluation.Diagnostics;

/// <summary>Free space where results and temporary files go.</summary>
internal static class DiskChecks
{
    private const long Comfortable = 2 * ByteSize.GiB;

    public static MachineCheck Free(string name, IMachineProbe probe, string folder)
    {
        var free = probe.FreeDiskSpace(folder);
        var found = $"{ByteSize.Text(free)} free in {folder}";
        return free >= Comfortable ? new(name, CheckStatus.Ok, found) : new(name, CheckStatus.Warning, found,
            "A pruned model needs about the space of the original: free some, or write to another disk (-o, and TMPDIR for temporary files)");
    }
}
