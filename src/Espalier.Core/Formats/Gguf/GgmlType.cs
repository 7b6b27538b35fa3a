using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>A storage type of GGUF tensors, by its number in the file.</summary>
internal sealed class GgmlType
{
    /// <summary>Most elements in one block of any type that is read.</summary>
    public const int MaxBlockElements = 256;

    private static readonly Dictionary<uint, GgmlType> Types = new()
    {
        [0] = new("F32", 1, 4, ElementType.F32),
        [1] = new("F16", 1, 2, ElementType.F16),
        [2] = new("Q4_0", 32, 18, LegacyBlocks.Q40),
        [3] = new("Q4_1", 32, 20, LegacyBlocks.Q41),
        [6] = new("Q5_0", 32, 22, LegacyBlocks.Q50),
        [7] = new("Q5_1", 32, 24, LegacyBlocks.Q51),
        [8] = new("Q8_0", 32, 34, LegacyBlocks.Q80),
        [12] = new("Q4_K", 256, 144, SuperBlocks.Q4K),
        [13] = new("Q5_K", 256, 176, SuperBlocks.Q5K),
        [14] = new("Q6_K", 256, 210, SuperBlocks.Q6K),
        [24] = new("I8", 1, 1, ElementType.I8),
        [25] = new("I16", 1, 2, ElementType.I16),
        [26] = new("I32", 1, 4, ElementType.I32),
        [27] = new("I64", 1, 8, ElementType.I64),
        [28] = new("F64", 1, 8, ElementType.F64),
        [30] = new("BF16", 1, 2, ElementType.BF16),
    };

    // Known but not read: named in the refusal.
    private static readonly Dictionary<uint, string> Unread = new()
    {
        [4] = "Q4_2",
        [5] = "Q4_3",
        [9] = "Q8_1",
        [10] = "Q2_K",
        [11] = "Q3_K",
        [15] = "Q8_K",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [20] = "IQ4_NL",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [23] = "IQ4_XS",
        [29] = "IQ1_M",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [39] = "MXFP4",
        [40] = "NVFP4",
    };

    private GgmlType(string name, int blockElements, int blockBytes, ElementType plain) =>
        (Name, BlockElements, BlockBytes, Plain) = (name, blockElements, blockBytes, plain);

    private GgmlType(string name, int blockElements, int blockBytes, BlockDecoder decoder) =>
        (Name, BlockElements, BlockBytes, Decoder) = (name, blockElements, blockBytes, decoder);

    /// <summary>Name as llama.cpp writes it.</summary>
    public string Name { get; }

    /// <summary>Elements of one block; rows hold whole blocks.</summary>
    public int BlockElements { get; }

    /// <summary>Bytes of one block.</summary>
    public int BlockBytes { get; }

    /// <summary>The element type of unquantised storage.</summary>
    public ElementType? Plain { get; }

    /// <summary>The decoder of quantised storage.</summary>
    public BlockDecoder? Decoder { get; }

    /// <summary>The type of a number; false when it is not read.</summary>
    public static bool TryGet(uint number, out GgmlType type) => Types.TryGetValue(number, out type!);

    /// <summary>Name of a type that is not read.</summary>
    public static string NameOfUnread(uint number) => Unread.GetValueOrDefault(number, $"number {number}, unknown");
}
