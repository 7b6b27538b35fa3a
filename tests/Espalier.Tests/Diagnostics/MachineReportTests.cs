using Espalier.Evaluation.Diagnostics;
using Espalier.Torch.Loading;
using Xunit;

namespace Espalier.Tests.Diagnostics;

public sealed class MachineReportTests
{
    private static MachineCheck Check(FakeProbe probe, string name) => Assert.Single(MachineReport.Create(probe).Checks, check => check.Name == name);

    [Fact]
    public void A_good_machine_has_nothing_to_do()
    {
        var report = MachineReport.Create(new FakeProbe());
        Assert.Equal(CheckStatus.Ok, report.Worst);
        Assert.All(report.Checks, check => Assert.Null(check.Remedy));
        Assert.Equal("Debian GNU/Linux 12 (bookworm), kernel 6.1.0-13-amd64, x64", report.Checks[0].Found);
        Assert.Contains("GLIBCXX_3.4.30 in /lib/libstdc++.so.6", Check(new FakeProbe(), "libstdc++").Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_missing_gives_a_remedy_for_each_and_no_crash()
    {
        var probe = new FakeProbe
        {
            FeatureSet = new(),
            Glibc = null,
            DiskSpace = 0,
            StandardLibrarySource = () => null,
            Torch = new() { Failure = new EspalierException("no libtorch", "here", "Add the package") },
            Onnx = new(null, [], "no library"),
        };
        probe.Files.Clear();
        var report = MachineReport.Create(probe);
        Assert.Equal(CheckStatus.Missing, report.Worst);
        Assert.All(report.Checks.Where(check => check.Status != CheckStatus.Ok), check => Assert.False(string.IsNullOrEmpty(check.Remedy)));
        Assert.Equal(["C library", "processor", "disk, current folder", "disk, temporary folder"],
            report.Checks.Where(check => check.Status == CheckStatus.Warning).Select(check => check.Name));
        Assert.Equal(["libstdc++", "libtorch", "ONNX Runtime"], report.Checks.Where(check => check.Status == CheckStatus.Missing).Select(check => check.Name));
        Assert.Equal("here: no libtorch", Check(probe, "libtorch").Found);
        Assert.Contains("unknown model", Check(probe, "processor").Found, StringComparison.Ordinal);
        Assert.Equal("4.0 GiB", Check(probe, "memory").Found);
    }

    [Fact]
    public void An_error_within_a_check_becomes_its_finding()
    {
        var probe = new FakeProbe { StandardLibrarySource = () => throw new InvalidOperationException("odd machine") };
        var check = Check(probe, "libstdc++");
        Assert.Equal(CheckStatus.Warning, check.Status);
        Assert.Contains("odd machine", check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Leftovers_of_TorchSharp_are_named()
    {
        var probe = new FakeProbe();
        Assert.DoesNotContain(MachineReport.Create(probe).Checks, check => check.Name == "TorchSharp leftovers");
        probe.Torch = probe.Torch with { LeftoverFolder = "/app/cpu" };
        Assert.Contains("delete /app/cpu", Check(probe, "TorchSharp leftovers").Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patched_copy_is_fine_and_a_cuda_build_without_device_is_not()
    {
        var probe = new FakeProbe();
        probe.Torch = probe.Torch with { Mode = TorchLoadMode.PatchedCopy, LoadedFile = "/cache/copy.so" };
        Assert.Equal((CheckStatus.Ok, true), (Check(probe, "libtorch").Status, Check(probe, "libtorch").Found.Contains("patched copy /cache/copy.so", StringComparison.Ordinal)));
        probe.Torch = probe.Torch with { IsCudaBuild = true };
        Assert.Equal(CheckStatus.Warning, Check(probe, "libtorch").Status);
        probe.Torch = probe.Torch with { CudaDeviceCount = 1 };
        Assert.Equal(CheckStatus.Ok, Check(probe, "libtorch").Status);
    }

    [Fact]
    public void Cores_tell_a_quota_and_arm_is_judged_by_its_own_vectors()
    {
        Assert.Equal("2 usable of 3 (affinity or container quota)", Check(new FakeProbe { ProcessorCount = 2 }, "cores").Found);
        var arm = new FakeProbe { ProcessArchitecture = "arm64", FeatureSet = new() { AdvSimd = true } };
        Assert.Equal((CheckStatus.Ok, false), (Check(arm, "processor").Status, Check(arm, "processor").Found.Contains("AVX", StringComparison.Ordinal)));
    }

    [Theory]
    // Version 2: the tightest of the ancestors; "max" is no limit; a path of the host that is not visible still meets the root's file.
    [InlineData("0::/a/b\n", "/sys/fs/cgroup/a/memory.max", "1073741824\n", CheckStatus.Warning, "limited to 1.0 GiB")]
    [InlineData("0::/not/visible\n", "/sys/fs/cgroup/memory.max", "4294967296\n", CheckStatus.Ok, "limited to 4.0 GiB")]
    [InlineData("0::/\n", "/sys/fs/cgroup/memory.max", "max\n", CheckStatus.Ok, null)]
    // Version 1: the memory controller has a tree of its own and writes a huge number for no limit.
    [InlineData("3:cpu:/x\n7:memory:/docker/1\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n", CheckStatus.Warning, "limited to 1.0 GiB")]
    [InlineData("7:memory:/\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n", CheckStatus.Ok, null)]
    public void Memory_obeys_control_groups(string groups, string file, string content, CheckStatus status, string? limit)
    {
        var probe = new FakeProbe();
        probe.Files["/proc/self/cgroup"] = groups;
        probe.Files[file] = content;
        var check = Check(probe, "memory");
        Assert.Equal(status, check.Status);
        Assert.StartsWith("16.0 GiB, 8.0 GiB available", check.Found, StringComparison.Ordinal);
        if (limit is null) Assert.DoesNotContain("limited", check.Found, StringComparison.Ordinal);
        else Assert.Contains(limit, check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void This_machine_is_described_truly()
    {
        var checks = MachineReport.Create().Checks.ToDictionary(check => check.Name);
        foreach (var check in checks.Values) TestContext.Current.SendDiagnosticMessage($"{check.Status,-8} {check.Name}: {check.Found} {check.Remedy}");
        Assert.Equal(CheckStatus.Ok, checks["libtorch"].Status);
        Assert.Equal(CheckStatus.Ok, checks["ONNX Runtime"].Status);
        Assert.Contains("CPUExecutionProvider", checks["ONNX Runtime"].Found, StringComparison.Ordinal);
        Assert.DoesNotContain(checks.Values, check => check.Found.Contains("could not be determined", StringComparison.Ordinal));
        if (!OperatingSystem.IsLinux() || !checks["operating system"].Found.EndsWith("x64", StringComparison.Ordinal)) return;
        // The kernel's list of processor flags is the independent witness.
        var flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ').ToHashSet();
        var with = checks["processor"].Found.Split(';')[1].Trim()["with ".Length..].Split(", ").ToHashSet();
        Assert.Equal(flags.Contains("avx2"), with.Contains("AVX2"));
        Assert.Equal(flags.Contains("avx512_vbmi2"), with.Contains("AVX-512VBMI2"));
        Assert.Matches(@"^glibc 2\.\d+", checks["C library"].Found);
    }
}
