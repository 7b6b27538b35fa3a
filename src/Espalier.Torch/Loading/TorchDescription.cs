namespace Espalier.Torch.Loading;

/// <summary>What is known about libtorch in this process.</summary>
public sealed record TorchDescription
{
    /// <summary>How TorchSharp's native library was loaded.</summary>
    public TorchLoadMode Mode { get; init; }

    /// <summary>The folder in which libtorch was found, or null.</summary>
    public string? LibTorchFolder { get; init; }

    /// <summary>The file of TorchSharp's native library that was loaded (it may have been a temporary file), or null.</summary>
    public string? LoadedFile { get; init; }

    /// <summary>libtorch's version, or null when it is not loaded.</summary>
    public string? Version { get; init; }

    /// <summary>Whether the libtorch that was found is a CUDA build.</summary>
    public bool IsCudaBuild { get; init; }

    /// <summary>Number of CUDA devices that libtorch can use.</summary>
    public int CudaDeviceCount { get; init; }

    /// <summary>Number of threads within one operator, or null when libtorch is not loaded.</summary>
    public int? ThreadCount { get; init; }

    /// <summary>Folder <c>cpu</c> beside the application, with 500 MB of copies that TorchSharp made after a failed load; can be deleted. Null if there is none.</summary>
    public string? LeftoverFolder { get; init; }

    /// <summary>Why libtorch is not loaded, or null.</summary>
    public EspalierException? Failure { get; init; }
}
