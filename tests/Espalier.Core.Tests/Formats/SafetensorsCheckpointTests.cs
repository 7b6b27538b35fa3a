using Espalier.Formats.Safetensors;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Formats;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_hold_the_embeddings_that_the_reference_library_looked_up()
    {
        var folder = SharedData.Require("oracles", "hf", "llama-sharded-bf16");
        using var sharded = SafetensorsCheckpoint.Open(folder);
        Assert.Equal(4, sharded.Files.Count);
        Assert.Equal(27_296, sharded.Names.Sum(name => sharded[name].ElementCount));
        Assert.All(sharded.Names, name => Assert.Equal(ElementType.BF16, sharded[name].ElementType));
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        var ids = new long[34];
        oracle["input_ids"].ReadInt64(0, ids);
        var embeddings = sharded["model.embed_tokens.weight"];
        var row = new float[embeddings.Shape[1]];
        var expected = new float[embeddings.Shape[1]];
        for (var i = 0; i < ids.Length; i++)
        {
            embeddings.ReadSingle(ids[i] * row.Length, row);
            oracle["hidden_states.0"].ReadSingle(i * row.Length, expected);
            Assert.Equal(expected, row);
        }
    }

    [Fact]
    public void Stories260K_opens_by_folder_and_by_file()
    {
        var folder = SharedData.Require("models", "stories260K");
        using var byFolder = SafetensorsCheckpoint.Open(folder);
        using var byFile = SafetensorsCheckpoint.Open(Path.Combine(folder, "model.safetensors"));
        Assert.Equal(byFile.Names, byFolder.Names);
        var parameters = byFolder.Names.Sum(name => byFolder[name].ElementCount);
        Assert.Equal(260_032, byFolder.Contains("lm_head.weight") ? parameters - 512 * 64 : parameters);
    }

    [Fact]
    public void A_sharded_round_trip_keeps_every_byte_and_the_layout()
    {
        using var source = SafetensorsCheckpoint.Open(SharedData.Require("oracles", "hf", "llama-sharded-bf16"));
        var files = SafetensorsCheckpointWriter.Write(_folder.File("out"), source.Names.Select(n => new CheckpointTensor(n, source[n])), 16_000);
        Assert.EndsWith("model.safetensors.index.json", files[^1], StringComparison.Ordinal);
        Assert.Equal($"model-00001-of-{files.Count - 1:D5}.safetensors", Path.GetFileName(files[0]));
        Assert.All(files, f => Assert.True(new FileInfo(f).Length < 20_000));
        Assert.Equal(files.Order(), Directory.GetFiles(_folder.File("out")).Order());
        using var copy = SafetensorsCheckpoint.Open(_folder.File("out"));
        Assert.Equal(source.Names.Order(), copy.Names.Order());
        Assert.All(source.Names, n => Assert.Equal(source[n].ToBytes(), copy[n].ToBytes()));
    }

    [Fact]
    public void An_old_checkpoint_is_kept_unless_overwriting_was_asked_for()
    {
        var one = new CheckpointTensor("a", ArrayTensorData.FromSingles(new TensorShape(2), [1f, 2f]), ElementType.F16);
        var two = new CheckpointTensor("b", ArrayTensorData.FromSingles(new TensorShape(2), [3f, 4f]));
        SafetensorsCheckpointWriter.Write(_folder.Path, [one]);
        File.WriteAllText(_folder.File("config.json"), "{}");
        Assert.Contains("already", Assert.Throws<EspalierException>(() => SafetensorsCheckpointWriter.Write(_folder.Path, [two])).Message, StringComparison.Ordinal);
        SafetensorsCheckpointWriter.Write(_folder.Path, [one, two], maxShardBytes: 1, overwrite: true);
        Assert.Equal(["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var read = SafetensorsCheckpoint.Open(_folder.Path);
        Assert.Equal(ElementType.F16, read["a"].ElementType);
        Assert.Equal([3f, 4f], read["b"].ToSingles());
    }

    [Fact]
    public void A_failing_tensor_leaves_the_folder_empty()
    {
        var fine = new CheckpointTensor("a", ArrayTensorData.FromSingles(new TensorShape(1), [1f]));
        var big = new CheckpointTensor("b", ArrayTensorData.FromSingles(new TensorShape(1), [1e30f]), ElementType.F16);
        Assert.Throws<EspalierException>(() => SafetensorsCheckpointWriter.Write(_folder.Path, [fine, big], maxShardBytes: 1));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","b":"gone.safetensors"}}""", "'gone.safetensors'")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","zz":"s1.safetensors"}}""", "'zz'")]
    [InlineData("""{"weight_map":{"a":"s2.safetensors","b":"s1.safetensors"}}""", "'a'")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","b":"dup.safetensors"}}""", "it is also in")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","a":"s1.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map":{"a":"../s1.safetensors"}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":"C:\\s1.safetensors"}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":".."}}""", "plain file name")]
    [InlineData("""{"weight_map":{"a":3}}""", "not a string")]
    [InlineData("""{"weight_map":[]}""", "not an object")]
    [InlineData("""{"metadata":{}}""", "no 'weight_map'")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors"}""", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    public void A_faulty_index_is_refused(string index, string expected)
    {
        byte[] Shard(string name) => SafetensorsBytes.Build($$$"""{"{{{name}}}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
        _folder.Write("s1.safetensors", Shard("a"));
        _folder.Write("s2.safetensors", Shard("b"));
        _folder.Write("dup.safetensors", Shard("a"));
        File.WriteAllText(_folder.File("model.safetensors.index.json"), index);
        var error = Assert.Throws<InvalidFileException>(() => SafetensorsCheckpoint.Open(_folder.Path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_checkpoint_is_refused() =>
        Assert.Contains("holds neither", Assert.Throws<EspalierException>(() => SafetensorsCheckpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
}
