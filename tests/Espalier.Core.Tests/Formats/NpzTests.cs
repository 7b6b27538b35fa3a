using System.IO.Compression;
using System.Runtime.InteropServices;
using Espalier.Core.Tests.Data.Images;
using Espalier.Formats.Numpy;
using Espalier.Formats.Zip;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class NpzTests
{
    [Fact]
    public void The_checksum_has_its_published_check_value()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        Assert.Equal(0xCBF43926u, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
    }

    [Theory]
    [InlineData("<f4", ElementType.F32, 4)]
    [InlineData("<f2", ElementType.F16, 2)]
    [InlineData("<f8", ElementType.F64, 8)]
    [InlineData("|i1", ElementType.I8, 1)]
    [InlineData("<i2", ElementType.I16, 2)]
    [InlineData("=i4", ElementType.I32, 4)]
    [InlineData("<i8", ElementType.I64, 8)]
    [InlineData("|u1", ElementType.U8, 1)]
    [InlineData("<u2", ElementType.U16, 2)]
    [InlineData("<u4", ElementType.U32, 4)]
    [InlineData("<u8", ElementType.U64, 8)]
    [InlineData("|b1", ElementType.Bool, 1)]
    [InlineData("<c8", ElementType.C64, 8)]
    public void Every_type_is_read_stored_deflated_and_alone(string descr, ElementType type, int size)
    {
        using var folder = new TempFolder();
        var data = ImageFiles.Count(6 * size);
        var npy = ImageFiles.Npy(descr, "(2, 3)", data);
        foreach (var level in (CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Optimal])
        {
            using var npz = NpzFile.Open(folder.Write($"{level}.npz", ImageFiles.Zip(level, ("a.npy", npy), ("readme.txt", [1]))));
            Assert.Equal(["a"], npz.Names);
            Check(npz["a"]);
        }
        using var file = NpyFile.Open(folder.Write("a.npy", npy));
        Check(file.Data);

        void Check(TensorData tensor)
        {
            Assert.Equal((type, new TensorShape(2, 3)), (tensor.ElementType, tensor.Shape));
            Assert.Equal(data, tensor.ToBytes());
            var middle = new byte[2 * size];
            tensor.CopyBytes(3 * size, middle);
            Assert.Equal(data[(3 * size)..(5 * size)], middle);
        }
    }

    [Fact]
    public void Fortran_order_is_turned_row_major()
    {
        // Element (i, j, k) of shape [2, 3, 4] lies at i + 2 j + 6 k.
        short[] stored = [.. Enumerable.Range(0, 24).Select(i => (short)i)];
        short[] expected = [.. from i in Enumerable.Range(0, 2) from j in Enumerable.Range(0, 3) from k in Enumerable.Range(0, 4) select (short)(i + 2 * j + 6 * k)];
        using var folder = new TempFolder();
        var npy = ImageFiles.Npy("<i2", "(2, 3, 4)", MemoryMarshal.AsBytes<short>(stored), fortran: true);
        foreach (var level in (CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Fastest])
        {
            using var npz = NpzFile.Open(folder.Write($"{level}.npz", ImageFiles.Zip(level, ("a.npy", npy))));
            Assert.Equal(expected, MemoryMarshal.Cast<byte, short>(npz["a"].ToBytes()).ToArray());
            var part = new float[7];
            npz["a"].ReadSingle(5, part);
            Assert.Equal(expected[5..12].Select(value => (float)value), part);
        }
    }

    [Fact]
    public void What_is_written_is_read_back_and_opens_as_a_ZIP_archive_of_NPY()
    {
        using var folder = new TempFolder();
        var types = Enum.GetValues<ElementType>().Where(type => NpyTypes.Format(type) is not null).ToArray();
        var arrays = types.Select((type, i) => KeyValuePair.Create($"t{type}", (TensorData)ArrayTensorData.FromBytes(type, i % 2 == 0 ? new TensorShape(3) : new TensorShape(1, 3, 1), ImageFiles.Count(3 * type.Size())))).ToList();
        arrays.Add(KeyValuePair.Create("scalar", (TensorData)ArrayTensorData.FromInt64(new TensorShape(), 7)));
        arrays.Add(KeyValuePair.Create("empty/ä", (TensorData)ArrayTensorData.FromSingles(new TensorShape(0, 4), [])));
        NpzWriter.Write(folder.File("a.npz"), arrays);

        using (var npz = NpzFile.Open(folder.File("a.npz")))
        {
            Assert.Equal(arrays.Select(pair => pair.Key), npz.Names);
            foreach (var (name, data) in arrays)
            {
                Assert.Equal((data.ElementType, data.Shape), (npz[name].ElementType, npz[name].Shape));
                Assert.Equal(data.ToBytes(), npz[name].ToBytes());
            }
        }
        using var archive = ZipFile.OpenRead(folder.File("a.npz"));
        Assert.Equal(arrays.Select(pair => $"{pair.Key}.npy"), archive.Entries.Select(entry => entry.FullName));
        using var reader = new MemoryStream();
        using (var stream = archive.GetEntry("tF32.npy")!.Open()) stream.CopyTo(reader);
        var bytes = reader.ToArray();
        Assert.Equal(128 + 12, bytes.Length);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }  ", System.Text.Encoding.ASCII.GetString(bytes, 10, 118), StringComparison.Ordinal);
        Assert.Equal(Crc32.Append(0, bytes), archive.GetEntry("tF32.npy")!.Crc32);
    }

    [Fact]
    public void Types_that_NumPy_lacks_are_not_written()
    {
        using var folder = new TempFolder();
        var data = ArrayTensorData.FromBytes(ElementType.BF16, new TensorShape(1), new byte[2]);
        Assert.Contains("no type for BF16, which 'w' has", Assert.Throws<UsageException>(() => NpzWriter.Write(folder.File("a.npz"), [KeyValuePair.Create("w", (TensorData)data)])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("a.npz")));
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "its type '>f4' is none that tensors can have. Convert it to little-endian: array.astype('<f4')")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects, which are never executed")]
    [InlineData("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", "It holds texts")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "array of records")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "its shape [2] of F32 needs 8 bytes, but 4 follow the header")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "a size is expected at '-1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,4), }", "its shape (4611686018427387904, 4) is impossible")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "a size is expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "True or False is expected")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }", "its header lacks")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unexpected key 'x'")]
    [InlineData("__import__('os')", "'{' is expected")]
    public void A_bad_header_is_named_with_file_and_member(string dictionary, string expected)
    {
        using var folder = new TempFolder();
        using var npz = NpzFile.Open(folder.Write("bad.npz", ImageFiles.Zip(CompressionLevel.Optimal, ("x.npy", ImageFiles.NpyOf(dictionary, new byte[4])), ("good.npy", ImageFiles.Npy("|u1", "(1,)", [5])))));
        var error = Assert.Throws<InvalidFileException>(() => npz["x"]);
        Assert.Contains("bad.npz, member 'x.npy': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal([5], npz["good"].ToBytes());
    }

    [Fact]
    public void Damage_inside_a_compressed_member_is_found_by_its_checksum()
    {
        using var folder = new TempFolder();
        var noise = new byte[4000];
        new Random(1).NextBytes(noise);
        var bytes = ImageFiles.Zip(CompressionLevel.Optimal, ("x.npy", ImageFiles.Npy("|u1", "(4000,)", noise)));
        bytes[2500] ^= 1; // noise does not compress: this is a byte of the data
        using var npz = NpzFile.Open(folder.Write("x.npz", bytes));
        Assert.Contains("member 'x.npy': its checksum is wrong", Assert.Throws<InvalidFileException>(() => npz["x"].ToBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_more_than_deflate_can_do_is_refused_before_memory_is_taken()
    {
        using var folder = new TempFolder();
        var bytes = ImageFiles.Zip(CompressionLevel.Optimal, ("x.npy", ImageFiles.Npy("|u1", "(1073741824,)", [])));
        var entry = bytes.AsSpan().IndexOf("PK\x01\x02"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(entry + 24), (1 << 30) + 128); // the length in the directory
        using var npz = NpzFile.Open(folder.Write("x.npz", bytes));
        Assert.Contains("which deflate cannot do", Assert.Throws<InvalidFileException>(() => npz["x"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_no_NPZ()
    {
        using var folder = new TempFolder();
        Assert.Contains("no directory at the end of the ZIP file", Assert.Throws<InvalidFileException>(() => NpzFile.Open(folder.Write("a.npz", new byte[100]))).Message, StringComparison.Ordinal);
        Assert.Contains("does not start as a NumPy array does", Assert.Throws<InvalidFileException>(() => NpyFile.Open(folder.Write("a.npy", new byte[100]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_that_NumPy_wrote_is_read()
    {
        using var npz = NpzFile.Open(SharedData.Require("images", "cifar10_lossless_train4000.npz"));
        Assert.Equal(["x", "y"], npz.Names);
        Assert.Equal(new TensorShape(4000, 32, 32, 3), npz["x"].Shape);
        var labels = npz["y"].ToBytes();
        Assert.Equal((4000, (byte)9), (labels.Length, labels.Max()));
        Assert.Equal(12_288_000, npz["x"].ToBytes().Length);
    }
}
