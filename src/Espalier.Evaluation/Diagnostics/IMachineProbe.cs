using Espalier.Torch.Loading;

namespace Espalier.Evaluation.Diagnostics;

/// <summary>The source of the facts of a machine report, so that machines can be imitated. Members may throw: the check then says so.</summary>
public interface IMachineProbe
{
    /// <summary>Whether the operating system is Linux.</summary>
    bool IsLinux { get; }

    /// <summary>Name and version of the operating system as the runtime tells it.</summary>
    string SystemDescription { get; }

    /// <summary>The processor architecture of this process, for example <c>x64</c>.</summary>
    string ProcessArchitecture { get; }

    /// <summary>Name and version of the .NET runtime.</summary>
    string RuntimeDescription { get; }

    /// <summary>Processors that the runtime uses, container quotas included.</summary>
    int ProcessorCount { get; }

    /// <summary>Memory in bytes that the runtime considers usable, container limits included.</summary>
    long UsableMemory { get; }

    /// <summary>Version of glibc, or null where the C library is another one.</summary>
    string? GlibcVersion();

    /// <summary>The vector instructions that the runtime uses.</summary>
    ProcessorFeatures Features();

    /// <summary>Content of a text file, or null when it is absent or cannot be read.</summary>
    /// <param name="path">Absolute path, for example <c>/proc/meminfo</c>.</param>
    string? ReadText(string path);

    /// <summary>Bytes that this user can still write to the disk that holds the folder.</summary>
    /// <param name="folder">Absolute path of the folder.</param>
    long FreeDiskSpace(string folder);

    /// <summary>The C++ standard library of this process, or null.</summary>
    HostStandardLibrary? StandardLibrary();

    /// <summary>libtorch, loaded if possible.</summary>
    TorchDescription LibTorch();

    /// <summary>ONNX Runtime, loaded if possible.</summary>
    OnnxRuntimeDescription OnnxRuntime();
}
