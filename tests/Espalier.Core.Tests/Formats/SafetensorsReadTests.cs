using Espalier.Formats;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class SafetensorsReadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_hand_written_file()
    {
        var header = """{"__metadata__":{"format":"pt","a":"ü"},"b":{"dtype":"I16","shape":[2],"data_offsets":[1,5]},"a":{"data_offsets":[0,1],"shape":[],"dtype":"U8"}}   """;
        using var file = SafetensorsFile.Open(_folder.Write("x.safetensors", SafetensorsBytes.Build(header, 7, 1, 2, 0xFF, 0xFF)));
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal("ü", file.Metadata["a"]);
        Assert.Equal(0, file["a"].Shape.Rank);
        Assert.Equal([7f], file["a"].ToSingles());
        Assert.Equal([513f, -1f], file["b"].ToSingles()); // at an odd offset
        var numbers = new long[1];
        file["b"].ReadInt64(1, numbers);
        Assert.Equal(-1, numbers[0]);
        Assert.Equal(_folder.File("x.safetensors"), file["b"].Origin);
    }

    [Fact]
    public void An_unaligned_tensor_has_no_address_but_reads_right()
    {
        var header = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""";
        while (header.Length % 8 != 0) header += " ";
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Build(header, [9, .. BitConverter.GetBytes(1.5f)])));
        Assert.Equal(0, file["b"].Address);
        Assert.NotEqual(0, file["a"].Address);
        Assert.Equal([1.5f], file["b"].ToSingles());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}""", "needs 2 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "ends at byte 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", "ascending")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "belong to nothing")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""", "unclaimed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}""", "not read")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,1]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", "non-negative")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", "non-negative")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", "missing")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "occurs twice")]
    [InlineData("""{"a":1}""", "not an object")]
    [InlineData("""{"__metadata__":{"a":1}}""", "not a string")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} x""", "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "not valid JSON")]
    [InlineData("[]", "'{'")]
    public void Refuses_a_header_that_breaks_the_format(string header, string expected)
    {
        var path = _folder.Write("bad.safetensors", SafetensorsBytes.Build(header, 1));
        var error = Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(error.Remedy));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123 })]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 })]
    public void Refuses_a_damaged_start(byte[] bytes) =>
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(_folder.Write("bad", bytes)));

    [Fact]
    public void Names_the_path_of_a_missing_file_and_of_a_folder()
    {
        Assert.Contains("does not exist", Assert.Throws<EspalierException>(() => SafetensorsFile.Open(_folder.File("no"))).Message, StringComparison.Ordinal);
        Assert.Throws<EspalierException>(() => SafetensorsFile.Open(_folder.Path));
    }

    [Fact]
    public void A_missing_tensor_is_answered_with_near_names()
    {
        var tensors = new InMemoryTensors();
        tensors.Set("model.layers.0.self_attn.q_proj.weight", ArrayTensorData.FromSingles(new TensorShape(1), [1f]));
        var error = Assert.Throws<EspalierException>(() => tensors["model.layers.0.self_attn.q_porj.weight"]);
        Assert.Contains("Did you mean 'model.layers.0.self_attn.q_proj.weight'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_mapped_file_has_no_bytes_and_checks_ranges()
    {
        using var empty = MappedFile.Open(_folder.Write("empty", []));
        Assert.Equal(0, empty.Length);
        Assert.True(empty.Slice(0, 0).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => empty.Slice(0, 1).Length);
        Assert.Empty(empty.Tensor(ElementType.F32, new TensorShape(0, 5), 0).ToSingles());
        Assert.Throws<ArgumentOutOfRangeException>(() => empty.Tensor(ElementType.U8, new TensorShape(1), 0));
    }

    [Fact]
    public void A_file_beyond_2_GB_is_read_at_its_far_end()
    {
        const long size = (3L << 30) + 16;
        var path = _folder.File("sparse");
        using (var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
            RandomAccess.Write(handle, BitConverter.GetBytes(2.5f), size - 4); // a hole on file systems that have them
        using var file = MappedFile.Open(path);
        var data = file.Tensor(ElementType.F32, new TensorShape(size / 4), 0);
        var last = new float[2];
        data.ReadSingle(size / 4 - 2, last);
        Assert.Equal([0f, 2.5f], last);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.ReadSingle(size / 4 - 1, last));
    }

    [Fact]
    public void Data_of_a_closed_file_throw_instead_of_crashing()
    {
        var file = MappedFile.Open(_folder.Write("x", new byte[8]));
        var data = file.Tensor(ElementType.F32, new TensorShape(2), 0);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => data.ToSingles());
        Assert.Throws<ObjectDisposedException>(() => data.Address);
    }
}
