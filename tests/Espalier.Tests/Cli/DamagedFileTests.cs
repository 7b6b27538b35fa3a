using Xunit;

namespace Espalier.Tests.Cli;

/// <summary>Damaged model files, given to the commands that open them.</summary>
public sealed class DamagedFileTests
{
    [Theory]
    [InlineData("model.safetensors", "cut in the data", "model.safetensors")]
    [InlineData("model.safetensors", "cut in the header", "model.safetensors")]
    [InlineData("model.safetensors", "header length", "model.safetensors")]
    [InlineData("model.safetensors", "empty", "model.safetensors")]
    [InlineData("tokenizer.json", "cut in the data", "tokenizer.json")]
    [InlineData("tokenizer.json", "empty", "tokenizer.json")]
    [InlineData("config.json", "cut in the data", "config.json")]
    [InlineData("config.json", "empty", "config.json")]
    public async Task A_damaged_file_is_named_and_nothing_is_written(string name, string damage, string expected)
    {
        using var work = new Workspace();
        Damage(work.At("model", name), damage);
        var before = work.Snapshot();
        string[][] commands =
        [
            work.SparseGpt(),
            ["inspect", work.Model],
            ["eval", work.Model, "--data", work.Data],
            ["generate", work.Model, "--prompt", "ba"],
        ];
        foreach (var arguments in commands) (await Workspace.Run(arguments)).Refused(1, work.At("model", expected));
        if (name != "tokenizer.json") Assert.Equal(3, (await Workspace.Run("verify", work.Model)).Code);
        Assert.Equal(before, work.Snapshot());
    }

    [Fact]
    public async Task A_flipped_exponent_bit_is_found_by_verification_or_is_a_finite_weight()
    {
        using var work = new Workspace();
        var file = work.At("model", "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        (bytes[^1], bytes[^2]) = (0x7F, 0xC0); // the last weight becomes NaN
        File.WriteAllBytes(file, bytes);
        var result = await Workspace.Run("verify", work.Model);
        Assert.Equal(3, result.Code);
        Assert.Contains("NaN", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut in the data")]
    [InlineData("cut in the header")]
    [InlineData("empty")]
    public async Task A_damaged_gguf_file_is_named(string damage)
    {
        using var work = new Workspace();
        var file = work.At("model.gguf");
        // A header that promises one tensor of 64 numbers, and no data.
        using (var writer = new BinaryWriter(File.Create(file)))
        {
            writer.Write("GGUF"u8);
            writer.Write(3);
            writer.Write(1L);
            writer.Write(0L);
            writer.Write(1L);
            writer.Write("w"u8);
            writer.Write(1);
            writer.Write(64L);
            writer.Write(0);
            writer.Write(0L);
            writer.Write(new byte[19]);
        }
        Damage(file, damage);
        foreach (var arguments in (string[][])[["inspect", file], ["prune", file, "-m", "magnitude", "-s", "0.5", "-o", work.Output], ["eval", file, "--data", work.Data]])
            (await Workspace.Run(arguments)).Refused(1, file);
        Assert.False(Path.Exists(work.Output));
    }

    private static void Damage(string file, string how)
    {
        using var stream = new FileStream(file, FileMode.Open);
        switch (how)
        {
            case "cut in the data":
                stream.SetLength(stream.Length - 7);
                break;
            case "cut in the header":
                stream.SetLength(20);
                break;
            case "header length":
                stream.Write(BitConverter.GetBytes(long.MaxValue - 3));
                break;
            default:
                stream.SetLength(0);
                break;
        }
    }
}
