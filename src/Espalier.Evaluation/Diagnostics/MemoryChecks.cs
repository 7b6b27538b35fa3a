using System.Globalization;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>Memory: what the machine has, what is free, and what the container allows.</summary>
internal static class MemoryChecks
{
    // libtorch takes about 0.5 GiB by itself; one block of a 1B-parameter decoder with statistics and activations about as much again.
    private const long Comfortable = 2 * ByteSize.GiB;

    public static MachineCheck Memory(string name, IMachineProbe probe)
    {
        var total = FromMeminfo(probe, "MemTotal:") ?? probe.UsableMemory;
        var available = FromMeminfo(probe, "MemAvailable:");
        var limit = ControlGroups.MemoryLimit(probe);
        var found = $"{ByteSize.Text(total)}{(available is { } free ? $", {ByteSize.Text(free)} available" : "")}"
            + (limit is { } bytes && bytes < total ? $", limited to {ByteSize.Text(bytes)} by the control group" : "");
        var usable = Math.Min(available ?? total, limit ?? long.MaxValue);
        return usable >= Comfortable ? new(name, CheckStatus.Ok, found) : new(name, CheckStatus.Warning, found,
            $"Less than {ByteSize.Text(Comfortable)} can be used: close other programs, raise the container's limit, or look at the forecast of --dry-run before a run");
    }

    // proc_meminfo(5): "MemTotal:       24605212 kB", where kB means 1024 bytes.
    private static long? FromMeminfo(IMachineProbe probe, string key)
    {
        var line = probe.ReadText("/proc/meminfo")?.Split('\n').FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal));
        var value = line?[key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : null;
    }
}
