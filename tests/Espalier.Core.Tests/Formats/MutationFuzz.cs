using System.IO.Compression;
using System.Text;
using Espalier.Core.Tests.Data.Images;
using Espalier.Formats;
using Espalier.Formats.Gguf;
using Espalier.Formats.Numpy;
using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

[Collection(nameof(FuzzCollection))]
public sealed class MutationFuzz(ITestOutputHelper output)
{
    [Fact]
    public void Safetensors()
    {
        using var folder = new TempFolder();
        var seeds = new[] { WriteAllTypes(folder), SafetensorsBytes.Build(
            """{"big":{"dtype":"BF16","shape":[16,64],"data_offsets":[0,2048]}}""", new byte[2048]), SafetensorsBytes.Build(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a":{"dtype":"U8","shape":[],"data_offsets":[24,25]}}""",
            new byte[25]) };
        Check(FuzzRunner.Run(seeds, path =>
        {
            using var file = SafetensorsFile.Open(path);
            ReadAll(file);
        }, 4000, seed: 1, "model.safetensors"));
    }

    [Fact]
    public void Safetensors_index()
    {
        static byte[] Shard(string name) => SafetensorsBytes.Build($$$"""{"{{{name}}}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
        var index = """{"metadata":{"total_size":2},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""";
        Check(FuzzRunner.Run([Encoding.UTF8.GetBytes(index)], path =>
        {
            using var checkpoint = SafetensorsCheckpoint.Open(path);
            ReadAll(checkpoint);
        }, 3000, seed: 2, "model.safetensors.index.json", new Dictionary<string, byte[]>
        {
            ["model-00001-of-00002.safetensors"] = Shard("a"),
            ["model-00002-of-00002.safetensors"] = Shard("b"),
        }));
    }

    [Fact]
    public void Gguf()
    {
        var random = new Random(6);
        var builder = new GgufBuilder().Add("general.architecture", "x").Add("list", new[] { "a", "bc" }).Add("n", new int[][] { [1], [2, 3] }).Add("f", 1f);
        foreach (var (number, name, elements, pack) in GgmlEncoder.Types) builder.AddTensor(name, number, pack(random).Bytes, 1, elements);
        builder.AddTensor("bf16", 30, new byte[6], 3).AddTensor("i64", 27, new byte[16], 2);
        Check(FuzzRunner.Run([builder.Build(), new GgufBuilder { Version = 2 }.AddSingles("w", [1, 2], 2).Build()], path =>
        {
            using var file = GgufFile.Open(path);
            ReadAll(file);
        }, 5000, seed: 3, "x.gguf"));
    }

    [Fact]
    public void Gguf_models()
    {
        static byte[] Model(string architecture) => GgufModelBuilder.Create(architecture, tied: false)
            .Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.tokens", new[] { "a", "b", "ab" }).Add("tokenizer.ggml.merges", new[] { "a b" })
            .Add("tokenizer.ggml.token_type", new[] { 1, 1, 1 }).Add("tokenizer.ggml.bos_token_id", 1u)
            .Add($"{architecture}.rope.scaling.type", "linear").Add($"{architecture}.rope.scaling.factor", 2f).Build();
        Check(FuzzRunner.Run([Model("llama"), Model("qwen2"), Model("smollm3")], path =>
        {
            using var model = GgufCheckpoint.Open(path);
            ReadAll(model);
            model.CreateConfig().ToJsonString();
            model.ReadTokenizer();
        }, 4000, seed: 4, "x.gguf"));
    }

    [Fact]
    public void Numpy()
    {
        using var folder = new TempFolder();
        var types = Enum.GetValues<ElementType>().Where(type => NpyTypes.Format(type) is not null);
        NpzWriter.Write(folder.File("all"), [.. types.Select(t => KeyValuePair.Create($"t{t}", (TensorData)ArrayTensorData.FromBytes(t, new TensorShape(2, 1), new byte[2 * t.Size()])))]);
        var fortran = ImageFiles.Npy("<f4", "(2, 3)", new byte[24], fortran: true);
        var large = ImageFiles.Npy("|u1", "(4, 32, 32, 3)", ImageFiles.Count(4 * 3072));
        var archives = new[] { File.ReadAllBytes(folder.File("all")), ImageFiles.Zip(CompressionLevel.Optimal, ("x.npy", large), ("f.npy", fortran)), ImageFiles.Zip(CompressionLevel.NoCompression, ("f.npy", fortran)) };
        Check(FuzzRunner.Run(archives, path =>
        {
            using var file = NpzFile.Open(path);
            ReadAll(file);
        }, 4000, seed: 5, "x.npz"));
        Check(FuzzRunner.Run([fortran, ImageFiles.Npy("<i8", "(3,)", new byte[24])], path =>
        {
            using var file = NpyFile.Open(path);
            file.Data.ToSingles();
        }, 3000, seed: 6, "x.npy"));
    }

    private static byte[] WriteAllTypes(TempFolder folder)
    {
        var path = folder.File("all.safetensors");
        var types = Enum.GetValues<ElementType>().Where(type => type <= ElementType.C64).ToArray(); // the others have no name in the format
        using (var writer = new SafetensorsWriter(path, types.Select(t => new SafetensorsEntry($"t.{t}", t, new TensorShape(2, 1)))))
        {
            foreach (var type in types) writer.Write($"t.{type}", (_, bytes) => bytes.Fill(1));
            writer.Complete();
        }
        return File.ReadAllBytes(path);
    }

    private static void ReadAll(TensorCollection tensors)
    {
        foreach (var name in tensors.Names)
        {
            var data = tensors[name];
            data.ToBytes();
            if (data.ElementType != ElementType.C64) data.ToSingles();
        }
    }

    private void Check((int Opened, int Refused) result)
    {
        output.WriteLine($"{result.Opened} opened, {result.Refused} refused");
        Assert.True(result.Opened > 50 && result.Refused > 50, $"{result}: the damage is too weak or too strong to mean anything");
    }
}
