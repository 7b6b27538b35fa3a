namespace Espalier.Torch.Loading;

/// <summary>How the native part of TorchSharp came into the process.</summary>
public enum TorchLoadMode
{
    /// <summary>It is not loaded.</summary>
    NotLoaded,

    /// <summary>The file from the package was loaded as it is.</summary>
    Native,

    /// <summary>A copy was loaded in which the demand for a newer libstdc++ is weak.</summary>
    PatchedCopy,
}
