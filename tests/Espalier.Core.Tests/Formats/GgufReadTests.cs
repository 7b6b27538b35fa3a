using System.Buffers.Binary;
using Espalier.Formats.Gguf;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class GgufReadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2u, 32)]
    [InlineData(3u, 32)]
    [InlineData(3u, 64)]
    [InlineData(3u, 1)]
    public void Every_value_type_is_read(uint version, int alignment)
    {
        var values = new Dictionary<string, object>
        {
            ["u8"] = (byte)200,
            ["i8"] = (sbyte)-3,
            ["u16"] = (ushort)60000,
            ["i16"] = (short)-30000,
            ["u32"] = 4000000000u,
            ["i32"] = -5,
            ["f32"] = 9.999999747e-06f,
            ["yes"] = true,
            ["text"] = "größe \U0001F600",
            ["u64"] = ulong.MaxValue,
            ["i64"] = long.MinValue,
            ["f64"] = 0.1,
            ["list"] = new[] { "a", "", "ü" },
            ["floats"] = new[] { 1f, 2f },
            ["ints"] = new[] { 1, -1 },
            ["uints"] = new[] { 7u },
            ["bools"] = new[] { true, false },
        };
        var builder = new GgufBuilder { Version = version, Alignment = alignment };
        if (alignment != 32) builder.Add("general.alignment", (uint)alignment);
        foreach (var (key, value) in values) builder.Add(key, value);
        builder.Add("nested", new int[][] { [1, 2], [3] });
        builder.AddTensor("bytes", 24, [5], 1).AddSingles("w", [1, 2, 3, 4, 5, 6], 2, 3);
        using var file = GgufFile.Open(_folder.Write("x.gguf", builder.Build()));
        Assert.Equal((int)version, file.Version);
        foreach (var (key, value) in values) Assert.Equal(value, file.Values[key]);
        Assert.Equal(new object[] { new[] { 1, 2 }, new[] { 3 } }, (object[])file.Values["nested"]!);
        Assert.Equal(1e-5, file.Values.GetReal("f32"));
        Assert.Equal("-5", file.Metadata["i32"]);
        Assert.Equal([7], file.Values.GetIntegers("uints"));
        Assert.Null(file.Values.GetString("absent"));
        Assert.Throws<InvalidFileException>(() => file.Values.GetString("i32"));
        Assert.Throws<InvalidFileException>(() => file.Values.GetInteger("u64"));
        Assert.Throws<InvalidFileException>(() => file.Values.GetSingles("ints"));
        Assert.Equal(new TensorShape(2, 3), file["w"].Shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], file["w"].ToSingles());
    }

    [Theory]
    [InlineData(16u, "IQ2_XXS")]
    [InlineData(10u, "Q2_K")]
    [InlineData(99u, "number 99")]
    public void A_type_that_is_not_read_is_named_with_its_tensor(uint type, string name)
    {
        var error = Refuse(new GgufBuilder().AddTensor("blk.3.ffn_up.weight", type, new byte[66], 256));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("'blk.3.ffn_up.weight'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_are_named()
    {
        Expect("twice", new GgufBuilder().Add("a", 1).Add("a", 2));
        Expect("twice", new GgufBuilder().AddSingles("t", [1], 1).AddSingles("t", [1], 1));
        Expect("does not fit", new GgufBuilder().AddSingles("t", [1], 2));
        Expect("whole Q4_1 blocks", new GgufBuilder().AddTensor("t", 3, new byte[20], 33));
        Expect("overflows", new GgufBuilder().AddSingles("t", [1], 1L << 40, 1L << 40));
        Expect("dimensions", new GgufBuilder().AddSingles("t", [1], 1, 1, 1, 1, 1, 1, 1, 1, 1));
        Expect("power of two", new GgufBuilder().Add("general.alignment", 24u));
        Expect("version 1", new GgufBuilder { Version = 1 });
        Expect("big-endian", new GgufBuilder { Version = BinaryPrimitives.ReverseEndianness(3u) });
    }

    [Fact]
    public void Counts_beyond_the_file_are_refused_before_memory_is_taken()
    {
        var bytes = new GgufBuilder().Add("k", new[] { 1f, 2f }).Build();
        foreach (var offset in (int[])[8, 16, 24, 41]) // tensors, pairs, length of the key, elements of the array
        {
            var damaged = bytes.ToArray();
            BinaryPrimitives.WriteUInt64LittleEndian(damaged.AsSpan(offset), 1UL << 40);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidFileException>(() => GgufFile.Open(_folder.Write("x.gguf", damaged)));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var bytes = new GgufBuilder().Add("a", "b").Add("c", new[] { "d" }).AddSingles("t", [1, 2], 2).Build();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidFileException>(() => GgufFile.Open(_folder.Write("x.gguf", bytes[..length])));
    }

    [Fact]
    public void An_empty_tensor_behind_the_end_is_refused()
    {
        var bytes = new GgufBuilder().AddTensor("t", 0, [], 0).Build();
        Assert.Contains("ends before", Assert.Throws<InvalidFileException>(() => GgufFile.Open(_folder.Write("x.gguf", bytes[..^1]))).Message, StringComparison.Ordinal);
    }

    private void Expect(string text, GgufBuilder builder) => Assert.Contains(text, Refuse(builder).Message, StringComparison.Ordinal);

    private InvalidFileException Refuse(GgufBuilder builder) =>
        Assert.Throws<InvalidFileException>(() => GgufFile.Open(_folder.Write("x.gguf", builder.Build())));
}
