using Espalier.Evaluation.Diagnostics;
using Espalier.Torch.Loading;

namespace Espalier.Tests.Diagnostics;

/// <summary>A good Linux machine whose parts a test can take away.</summary>
internal sealed class FakeProbe : IMachineProbe
{
    public const long GiB = 1L << 30;

    public Dictionary<string, string> Files { get; } = new()
    {
        ["/proc/sys/kernel/osrelease"] = "6.1.0-13-amd64\n",
        ["/proc/cpuinfo"] = "processor\t: 0\nmodel name\t: Model A\nprocessor\t: 1\nmodel name\t: Model A\nprocessor\t: 2\nmodel name\t: Model A\n",
        ["/proc/meminfo"] = "MemTotal:       16777216 kB\nMemFree:        1 kB\nMemAvailable:    8388608 kB\n",
    };

    public ProcessorFeatures FeatureSet { get; set; } = new() { Avx2 = true, Fma = true };

    public string? Glibc { get; set; } = "2.36";

    public long DiskSpace { get; set; } = 100 * GiB;

    public Func<HostStandardLibrary?> StandardLibrarySource { get; set; } = () => new("/lib/libstdc++.so.6", ["GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "CXXABI_1.3"]);

    public TorchDescription Torch { get; set; } = new() { Mode = TorchLoadMode.Native, LibTorchFolder = "/app", LoadedFile = "/app/shim", Version = "2.10.0", ThreadCount = 2 };

    public OnnxRuntimeDescription Onnx { get; set; } = new("1.2.3", ["CPUExecutionProvider"]);

    public bool IsLinux { get; set; } = true;

    public string SystemDescription => "Debian GNU/Linux 12 (bookworm)";

    public string ProcessArchitecture { get; set; } = "x64";

    public string RuntimeDescription => ".NET 10.0.0";

    public int ProcessorCount { get; set; } = 3;

    public long UsableMemory => 4 * GiB;

    public string? GlibcVersion() => Glibc;

    public ProcessorFeatures Features() => FeatureSet;

    public string? ReadText(string path) => Files.GetValueOrDefault(path);

    public long FreeDiskSpace(string folder) => DiskSpace;

    public HostStandardLibrary? StandardLibrary() => StandardLibrarySource();

    public TorchDescription LibTorch() => Torch;

    public OnnxRuntimeDescription OnnxRuntime() => Onnx;
}
