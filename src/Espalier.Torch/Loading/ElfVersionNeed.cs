namespace Espalier.Torch.Loading;

/// <summary>One version that an ELF file demands of a library.</summary>
/// <param name="Library">Name of the library, for example <c>libstdc++.so.6</c>.</param>
/// <param name="Version">Name of the version, for example <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="FlagsOffset">Where in the file the two bytes of flags stand.</param>
/// <param name="Flags">The flags.</param>
/// <param name="Index">The index by which symbols refer to this version.</param>
internal readonly record struct ElfVersionNeed(string Library, string Version, long FlagsOffset, ushort Flags, int Index)
{
    /// <summary><c>VER_FLG_WEAK</c>: the loader goes on when the library does not define the version.</summary>
    public const ushort Weak = 2;
}
