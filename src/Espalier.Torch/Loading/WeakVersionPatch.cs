using System.Buffers.Binary;

namespace Espalier.Torch.Loading;

/// <summary>
/// Marks demanded symbol versions as weak, so that the dynamic loader accepts a library that does not define them.
/// </summary>
/// <remarks>
/// The native part of TorchSharp demands GLIBCXX_3.4.32 only for <c>_ZSt21ios_base_library_initv</c>, a marker that GCC 13 puts into every
/// object that includes &lt;iostream&gt; to force a new enough libstdc++ at link time. No relocation refers to it, so it is never looked up,
/// neither with lazy nor with immediate binding. A version whose symbols are used is refused: the program would end at the first call.
/// </remarks>
internal static class WeakVersionPatch
{
    /// <summary>Versions of <paramref name="library"/> that the image demands strictly and that are not among the available ones.</summary>
    public static IReadOnlyList<ElfVersionNeed> Missing(ElfImage image, string library, IReadOnlyCollection<string> available) =>
        [.. image.VersionNeeds().Where(need => need.Library == library && (need.Flags & ElfVersionNeed.Weak) == 0 && !available.Contains(need.Version))];

    /// <summary>Returns a copy of the bytes in which the given versions are weak; nothing else differs.</summary>
    /// <exception cref="InvalidFileException">A relocation refers to a symbol of one of the versions.</exception>
    public static byte[] Apply(byte[] bytes, string path, IEnumerable<ElfVersionNeed> versions)
    {
        var image = ElfImage.Parse(bytes, path);
        var patched = (byte[])bytes.Clone();
        foreach (var need in versions)
        {
            var used = image.RelocatedSymbols(need.Index);
            if (used.Count > 0)
            {
                throw new InvalidFileException(path, $"it uses {used.Count} symbol(s) of {need.Version}, {used[0]} among them, which {need.Library} of this system does not have",
                    remedy: $"Use a system whose {need.Library} has {need.Version}");
            }
            BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan((int)need.FlagsOffset), (ushort)(need.Flags | ElfVersionNeed.Weak));
        }
        return patched;
    }
}
