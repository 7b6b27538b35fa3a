using System.Globalization;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>Limits that Linux control groups (containers, systemd units) put on this process.</summary>
internal static class ControlGroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>The tightest memory limit in bytes, or null when there is none.</summary>
    public static long? MemoryLimit(IMachineProbe probe)
    {
        long? tightest = null;
        // cgroups(7): "0::/path" for version 2, "7:memory:/path" for version 1. The limit of each ancestor holds too. Within a container
        // the path may name a folder of the host that is not visible; the walk up ends at the root, where the container's limit is.
        foreach (var parts in (probe.ReadText("/proc/self/cgroup") ?? "").Split('\n').Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3))
        {
            var unified = parts[0] == "0" && parts[1].Length == 0;
            if (!unified && !parts[1].Split(',').Contains("memory")) continue;
            var (root, file) = unified ? (Root, "memory.max") : ($"{Root}/memory", "memory.limit_in_bytes");
            for (var path = parts[2].TrimEnd('/'); ; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            {
                if (Parse(probe.ReadText($"{root}{path}/{file}")) is { } limit) tightest = Math.Min(tightest ?? long.MaxValue, limit);
                if (path.Length == 0) break;
            }
        }
        return tightest;
    }

    // "max" in version 2, a number near 2^63 in version 1: no limit.
    private static long? Parse(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes < 1L << 62 ? bytes : null;
}
