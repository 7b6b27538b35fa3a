using Espalier.Evaluation;
using Espalier.Sparsity;
using Xunit;

namespace Espalier.Tests.Evaluation;

public sealed class ModelVerifierTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Weight = "model.layers.1.mlp.up_proj.weight"; // rows of 32
    private static readonly SparsityPattern TwoOfFour = SparsityPattern.NOfM(2, 4);

    [Fact]
    public void A_dense_model_passes_and_counts_its_weights()
    {
        using var folder = new TestFolder();
        var weights = 0;
        var report = ModelVerifier.Verify(folder.CopyModel("llama", (_, values) => weights += values.Length), cancellation: Token);
        Assert.True(report.Ok);
        Assert.Equal(["opens", "builds", "finite"], report.Checks.Select(check => check.Check));
        Assert.Contains($"all {weights} weights are finite", report.Checks[2].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "the value at [2, 5] is NaN")]
    [InlineData(float.NegativeInfinity, "the value at [2, 5] is infinite")]
    public void A_weight_that_is_not_finite_is_named(float value, string expected)
    {
        using var folder = new TestFolder();
        var report = ModelVerifier.Verify(folder.CopyModel("llama", (name, values) =>
        {
            if (name == Weight) values[(2 * 32) + 5] = value;
        }), cancellation: Token);
        Assert.Equal($"tensor '{Weight}': {expected}.", Failure(report, "finite"));
    }

    [Fact]
    public void What_cannot_be_opened_is_a_failed_check()
    {
        using var folder = new TestFolder();
        Assert.Contains("config.json", Failure(ModelVerifier.Verify(folder.Path, cancellation: Token), "opens"), StringComparison.Ordinal);
        folder.CopyModel("llama");
        File.WriteAllText(folder.File("config.json"), "{");
        Assert.Contains("not valid JSON", Failure(ModelVerifier.Verify(folder.Path, cancellation: Token), "opens"), StringComparison.Ordinal);
        folder.CopyModel("llama");
        using (var file = File.OpenWrite(folder.File("model.safetensors"))) file.SetLength(file.Length - 1);
        Assert.False(ModelVerifier.Verify(folder.Path, cancellation: Token).Ok);
    }

    [Fact]
    public void Masks_hold_when_every_pruned_weight_is_zero()
    {
        using var folder = new TestFolder();
        var mask = Prune(folder);
        var report = ModelVerifier.Verify(folder.Path, TwoOfFour, Token);
        Assert.True(report.Ok, string.Join("; ", report.Checks.Select(check => check.Detail)));
        Assert.Equal(["opens", "builds", "finite", "masks", "pattern"], report.Checks.Select(check => check.Check));
        Assert.Contains($"all {mask.Length - mask.Kept} pruned weights of {mask.Length} (50.00 %) are exactly zero", report.Checks[3].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pruned_weight_that_is_not_zero_is_named()
    {
        using var folder = new TestFolder();
        Prune(folder, disturbWeights: values => values[(7 * 32) + 11] = 1e-30f); // (7 + 11) % 4 = 2 is pruned
        Assert.Contains($"tensor '{Weight}': the weight at row 7, column 11 is 1E-30, but its mask prunes it", Failure(Verify(folder), "masks"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_does_not_hold_is_named_by_its_first_group()
    {
        using var folder = new TestFolder();
        // Kept in the mask, so the masks hold, but three of a group.
        Prune(folder, mask =>
        {
            for (var column = 12; column < 15; column++) mask[3, column] = true;
            mask[3, 15] = false;
        });
        var report = ModelVerifier.Verify(folder.Path, TwoOfFour, Token);
        Assert.Contains("row 3, group 3 (columns 12 to 15)", Failure(report, "pattern"), StringComparison.Ordinal);
        Assert.True(report.Checks[3].Ok);
    }

    [Fact]
    public void Without_masks_the_pattern_is_asked_of_all_linear_layers_of_the_blocks()
    {
        using var folder = new TestFolder();
        var linear = 0;
        folder.CopyModel("llama", (name, values) =>
        {
            if (!name.EndsWith("_proj.weight", StringComparison.Ordinal)) return;
            linear++;
            for (var i = 0; i < values.Length; i += 4) values[i] = values[i + 3] = 0;
        });
        var report = ModelVerifier.Verify(folder.Path, TwoOfFour, Token);
        Assert.Equal($"2:4 holds in all {linear} linear layers of the blocks", report.Checks[^1].Detail);
        folder.CopyModel("llama");
        Assert.Contains("tensor 'model.layers.0.self_attn.q_proj.weight': row 0, group 0 (columns 0 to 3) has 4 weights that are not zero, 2:4 allows 2",
            Failure(ModelVerifier.Verify(folder.Path, TwoOfFour, Token), "pattern"), StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_of_other_models_and_damaged_masks_are_failed_checks()
    {
        using var folder = new TestFolder();
        folder.CopyModel("llama");
        var path = folder.File(MaskFile.FileName);
        MaskFile.Write(path, [new("model.layers.9.mlp.up_proj.weight", Mask.Full(4, 4))]);
        Assert.Contains("the model has no such tensor", Failure(Verify(folder), "masks"), StringComparison.Ordinal);
        MaskFile.Write(path, [new(Weight, Mask.Full(4, 4))]);
        Assert.Contains("but its mask is of [4, 4]", Failure(Verify(folder), "masks"), StringComparison.Ordinal);
        File.WriteAllText(path, "nonsense");
        Assert.False(Verify(folder).Ok);
    }

    [Fact]
    public void Masks_whose_rows_are_no_whole_bytes_survive_the_file()
    {
        using var folder = new TestFolder();
        var mask = new Mask(5, 172);
        for (var row = 0; row < 5; row++)
            for (var column = 0; column < 172; column++) mask[row, column] = ((row * 172) + column) % 3 == 0;
        var path = folder.File(MaskFile.FileName);
        MaskFile.Write(path, [new("w", mask)]);
        Assert.Equal(mask, MaskFile.Read(path)["w"]);
        var bits = MaskFile.ToTensor(mask);
        Assert.Equal([5, 22], bits.Shape.ToArray());
        var bytes = new byte[22];
        bits.CopyBytes(22 * 2, bytes);
        for (var column = 0; column < 172; column++) Assert.Equal(mask[2, column], (bytes[column / 8] >> (column % 8) & 1) == 1);
    }

    [Fact]
    public void Only_patterns_with_groups_can_be_asked_for() =>
        Assert.Throws<UsageException>(() => ModelVerifier.Verify("nowhere", SparsityPattern.Unstructured, Token));

    private static Mask Prune(TestFolder folder, Action<Mask>? disturbMask = null, Action<float[]>? disturbWeights = null)
    {
        Mask? mask = null;
        folder.CopyModel("llama", (name, values) =>
        {
            if (name != Weight) return;
            mask = new Mask(values.Length / 32, 32);
            for (var row = 0; row < mask.Rows; row++)
                for (var column = 0; column < 32; column++) mask[row, column] = (row + column) % 4 < 2;
            disturbMask?.Invoke(mask);
            for (var row = 0; row < mask.Rows; row++)
                for (var column = 0; column < 32; column++) values[(row * 32) + column] *= mask[row, column] ? 1 : 0;
            disturbWeights?.Invoke(values);
        });
        MaskFile.Write(folder.File(MaskFile.FileName), [new(Weight, mask!)]);
        return mask!;
    }

    private static VerificationReport Verify(TestFolder folder) => ModelVerifier.Verify(folder.Path, cancellation: Token);

    private static string Failure(VerificationReport report, string check)
    {
        Assert.False(report.Ok);
        var failed = Assert.Single(report.Checks, candidate => !candidate.Ok);
        Assert.Equal(check, failed.Check);
        return failed.Detail;
    }
}
