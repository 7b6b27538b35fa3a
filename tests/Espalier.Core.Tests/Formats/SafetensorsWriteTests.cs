using System.Text.Json;
using CsCheck;
using Espalier.Formats;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class SafetensorsWriteTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_set_of_tensors_survives_a_round_trip_and_is_aligned()
    {
        var tensor = Gen.Select(Gen.Enum<ElementType>().Where(type => type <= ElementType.C64), Gen.Long[0, 5].Array[0, 4]).SelectMany((type, sizes) =>
        {
            var shape = new TensorShape(sizes);
            return Gen.Byte.Array[(int)shape.ElementCount * type.Size()].Select(bytes => ArrayTensorData.FromBytes(type, shape, bytes));
        });
        tensor.Array[0, 6].Sample((ArrayTensorData[] tensors) =>
        {
            var path = _folder.File("t.safetensors");
            using (var writer = new SafetensorsWriter(path, tensors.Select((t, i) => new SafetensorsEntry($"t{i}", t.ElementType, t.Shape))))
            {
                for (var i = tensors.Length - 1; i >= 0; i--) writer.Write($"t{i}", tensors[i]); // not the order of the file
                writer.Complete();
            }
            using var file = SafetensorsFile.Open(path);
            Assert.Equal(tensors.Length, file.Count);
            Assert.Equal("pt", file.Metadata["format"]);
            for (var i = 0; i < tensors.Length; i++)
            {
                var read = file[$"t{i}"];
                Assert.Equal(tensors[i].Shape, read.Shape);
                Assert.Equal(tensors[i].ElementType, read.ElementType);
                Assert.Equal(tensors[i].ToBytes(), read.ToBytes());
                Assert.True(read.ElementCount == 0 || read.Address != 0);
            }
        }, iter: 200, threads: 1);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void The_header_is_plain_json_padded_to_eight_bytes()
    {
        var path = _folder.File("t.safetensors");
        Write(path, new SafetensorsEntry("a", ElementType.U8, new TensorShape(3)), ArrayTensorData.FromBytes(ElementType.U8, new TensorShape(3), new byte[] { 1, 2, 3 }));
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        Assert.Equal(0, (8 + length) % 8);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal("U8", json.RootElement.GetProperty("a").GetProperty("dtype").GetString());
        Assert.Equal([1, 2, 3], bytes[^3..]);
    }

    [Theory]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    public void Floats_are_narrowed_on_the_way(ElementType type)
    {
        var values = Enumerable.Range(0, 700_001).Select(i => (i - 350_000) * 0.0123f).ToArray(); // more than one chunk
        var path = _folder.File("t.safetensors");
        Write(path, new SafetensorsEntry("a", type, new TensorShape(values.Length)), ArrayTensorData.FromSingles(new TensorShape(values.Length), values));
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(type, file["a"].ElementType);
        var read = file["a"].ToSingles();
        for (var i = 0; i < values.Length; i++)
        {
            var expected = type == ElementType.F16 ? (float)(Half)values[i] : NearestBFloat16(values[i]);
            Assert.True(expected == read[i], $"{i}: {values[i]} -> {read[i]}, expected {expected}");
        }
    }

    [Theory]
    [InlineData(ElementType.F16, 65519.99f, true)]
    [InlineData(ElementType.F16, -65520f, false)]
    [InlineData(ElementType.F16, float.PositiveInfinity, true)]
    [InlineData(ElementType.BF16, float.MaxValue, false)]
    [InlineData(ElementType.BF16, 3.38e38f, true)]
    public void A_finite_value_never_becomes_infinite_in_silence(ElementType type, float value, bool fits)
    {
        var path = _folder.File("t.safetensors");
        void Act() => Write(path, new SafetensorsEntry("big", type, new TensorShape(1)), ArrayTensorData.FromSingles(new TensorShape(1), [value]));
        if (fits)
        {
            Act();
            using var file = SafetensorsFile.Open(path);
            Assert.Equal(float.IsFinite(value), float.IsFinite(file["big"].ToSingles()[0]));
            return;
        }
        Assert.Contains("'big'", Assert.Throws<EspalierException>(Act).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Misuse_is_named_and_leaves_the_old_file()
    {
        var path = _folder.Write("t.safetensors", [42]);
        var one = ArrayTensorData.FromSingles(new TensorShape(1), [1f]);
        using (var writer = new SafetensorsWriter(path, [new("weight", ElementType.F32, new TensorShape(1)), new("other", ElementType.I64, new TensorShape(1))]))
        {
            Assert.Contains("Did you mean 'weight'?", Assert.Throws<EspalierException>(() => writer.Write("wieght", one)).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be written as I64", Assert.Throws<EspalierException>(() => writer.Write("other", one)).Message, StringComparison.Ordinal);
            writer.Write("weight", one);
            Assert.Contains("already", Assert.Throws<EspalierException>(() => writer.Write("weight", one)).Message, StringComparison.Ordinal);
            Assert.Contains("'other'", Assert.Throws<EspalierException>(writer.Complete).Message, StringComparison.Ordinal);
            Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
        }
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal([42], File.ReadAllBytes(path));
        Assert.Contains("twice", Assert.Throws<EspalierException>(() => new SafetensorsWriter(path,
            [new("a", ElementType.U8, new TensorShape(1)), new("a", ElementType.U8, new TensorShape(1))])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("folder does not exist", Assert.Throws<EspalierException>(() =>
            new SafetensorsWriter(Path.Combine(_folder.File("no"), "t"), [])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_exception_of_the_callback_leaves_nothing()
    {
        var path = _folder.File("t.safetensors");
        Assert.Throws<InvalidTimeZoneException>(() =>
        {
            using var writer = new SafetensorsWriter(path, [new("a", ElementType.U8, new TensorShape(9))]);
            writer.Write("a", (_, _) => throw new InvalidTimeZoneException());
        });
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_larger_than_the_disk_is_refused_before_it_is_begun()
    {
        var path = _folder.File("t.safetensors");
        var error = Assert.Throws<EspalierException>(() => new SafetensorsWriter(path, [new("a", ElementType.U8, new TensorShape(1L << 60))]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("1152921504606", error.Message, StringComparison.Ordinal);
        Assert.Contains("are free", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_disk_that_fills_while_writing_is_explained()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("/dev/full exists on Linux only.");
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var cause = Assert.ThrowsAny<IOException>(() => full.WriteByte(1)); // the system's own ENOSPC
        var error = DiskSpace.Translate(cause, _folder.File("m.safetensors"), 5_000_000_000);
        Assert.Contains("5000000000 bytes (5.00 GB) are needed", error.Message, StringComparison.Ordinal);
        Assert.Contains("another disk", error.Message, StringComparison.Ordinal);
    }

    private static void Write(string path, SafetensorsEntry entry, TensorData data)
    {
        using var writer = new SafetensorsWriter(path, [entry]);
        writer.Write(entry.Name, data);
        writer.Complete();
    }

    // Independent of the product: the nearer of the two neighbours with 8 significant bits, ties to the even one.
    private static float NearestBFloat16(float value)
    {
        if (value == 0) return value;
        var unit = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs((double)value))) - 7);
        return (float)(Math.Round(value / unit, MidpointRounding.ToEven) * unit);
    }
}
