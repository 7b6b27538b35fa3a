using Espalier.Tensors;

namespace Espalier.Formats.Safetensors;

/// <summary>Names of element types in the safetensors format.</summary>
internal static class SafetensorsTypes
{
    /// <summary>The format's name of a type.</summary>
    /// <exception cref="EspalierException">The format has none.</exception>
    public static string Name(ElementType type) => type switch
    {
        > ElementType.C64 => throw new EspalierException($"safetensors files have no type {type}"),
        ElementType.F8E4M3 => "F8_E4M3",
        ElementType.F8E5M2 => "F8_E5M2",
        ElementType.Bool => "BOOL",
        _ => type.ToString(),
    };

    /// <summary>The type of a name; false for names outside <see cref="ElementType"/>, such as the sub-byte floats.</summary>
    public static bool TryParse(string name, out ElementType type)
    {
        foreach (var candidate in Enum.GetValues<ElementType>())
        {
            if (candidate > ElementType.C64 || Name(candidate) != name) continue;
            type = candidate;
            return true;
        }
        type = default;
        return false;
    }
}
