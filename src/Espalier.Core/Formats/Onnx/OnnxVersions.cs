namespace Espalier.Formats.Onnx;

/// <summary>Versions of the file format that go with versions of the operator set.</summary>
internal static class OnnxVersions
{
    /// <summary>First version whose nodes carry metadata.</summary>
    public const int NodeMetadata = 10;

    /// <summary>
    /// The IR version of the ONNX release that introduced the operator set, so that a runtime which knows the operators accepts the file;
    /// at least 4, from which initializers need not be inputs. Source: the table of released versions in ONNX's Versioning.md.
    /// </summary>
    public static int IrVersion(int opset) => opset switch
    {
        <= 9 => 4,
        10 => 5,
        11 => 6,
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    };
}
