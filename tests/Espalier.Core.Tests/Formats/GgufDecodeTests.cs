using Espalier.Formats.Gguf;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class GgufDecodeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<uint> Quantized => [.. GgmlEncoder.Types.Select(t => t.Number)];

    [Theory, MemberData(nameof(Quantized))]
    public void Blocks_decode_to_the_bits_of_the_plain_formula(uint number)
    {
        var (bytes, expected) = GgmlEncoder.Pack(number, 5 * 7, new Random(3));
        var type = GgmlEncoder.Types.Single(t => t.Number == number);
        var builder = new GgufBuilder().AddTensor("w", number, bytes, 5, 7 * type.Elements);
        using var file = GgufFile.Open(_folder.Write("x.gguf", builder.Build()));
        var data = file["w"];
        Assert.Equal(type.Name, data.StorageName);
        Assert.Equal(bytes.Length, data.StoredBytes);
        Assert.Equal(ElementType.F32, data.ElementType);
        Assert.Equal(new TensorShape(5, 7 * type.Elements), data.Shape);
        AssertBits(expected, data.ToSingles());
        Assert.Equal(expected.SelectMany(BitConverter.GetBytes), data.ToBytes());
    }

    [Theory, MemberData(nameof(Quantized))]
    public void Any_range_equals_the_same_range_of_the_whole(uint number)
    {
        var (bytes, expected) = GgmlEncoder.Pack(number, 6, new Random(4));
        using var file = GgufFile.Open(_folder.Write("x.gguf", new GgufBuilder().AddTensor("w", number, bytes, expected.Length).Build()));
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var start = random.Next(expected.Length + 1);
            var part = new float[random.Next(expected.Length - start + 1)];
            file["w"].ReadSingle(start, part);
            AssertBits(expected.AsSpan(start, part.Length).ToArray(), part);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => file["w"].ReadSingle(expected.Length - 3, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file["w"].ReadSingle(-1, new float[1]));
    }

    [Fact]
    public void Unquantised_types_are_mapped_as_they_are()
    {
        var builder = new GgufBuilder()
            .AddSingles("single", [1.5f, -2], 2)
            .AddTensor("half", 1, BitConverter.GetBytes((Half)0.25f), 1)
            .AddTensor("brain", 30, [0x80, 0x3F], 1, 1)
            .AddTensor("integer", 26, BitConverter.GetBytes(-7), 1)
            .AddTensor("double", 28, BitConverter.GetBytes(0.1), 1);
        using var file = GgufFile.Open(_folder.Write("x.gguf", builder.Build()));
        Assert.Equal(["single", "half", "brain", "integer", "double"], file.Names);
        Assert.Equal([1.5f, -2], file["single"].ToSingles());
        Assert.Equal([0.25f], file["half"].ToSingles());
        Assert.Equal([1f], file["brain"].ToSingles());
        Assert.Equal([-7f], file["integer"].ToSingles());
        Assert.Equal([0.1f], file["double"].ToSingles());
        Assert.Equal(ElementType.BF16, file["brain"].ElementType);
        Assert.NotEqual(0, file["single"].Address);
    }

    private static void AssertBits(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"element {i}: {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
