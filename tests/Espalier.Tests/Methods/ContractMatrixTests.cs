using Espalier.Evaluation;
using Espalier.Methods;
using Espalier.Methods.Runs;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Torch.Calibration;
using TorchSharp;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>Every method of the registry, in every pattern that it declares, held to the same promises on a tiny random LLaMA.</summary>
public sealed class ContractMatrixTests
{
    private const int Layers = TinyCheckpoint.Blocks * TinyCheckpoint.LayersPerBlock;

    public static TheoryData<string, string> Cells()
    {
        var cells = new TheoryData<string, string>();
        foreach (var method in MethodRegistry.All)
            foreach (var pattern in method.Patterns.SelectMany(MethodContract.PatternsOf)) cells.Add(method.Id, pattern);
        return cells;
    }

    public static TheoryData<string> Methods() => [.. MethodRegistry.All.Select(method => method.Id)];

    [Fact]
    public void Every_method_of_the_registry_has_a_contract_and_no_contract_is_orphaned() =>
        Assert.Equal(MethodRegistry.All.Select(method => method.Id).Order(), MethodContract.All.Keys.Order());

    [Theory]
    [MemberData(nameof(Cells))]
    public void Sparsity_and_pattern_are_exact(string method, string pattern)
    {
        using var tiny = new TinyCheckpoint();
        var run = ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "out");
        var shape = SparsityPattern.Parse(pattern);
        var contract = MethodContract.All[method];
        var masks = MaskFile.Read(Path.Combine(run.Output, MaskFile.FileName));
        using var dense = Model.Open(tiny.Model);

        Assert.Equal(Layers, run.Report.Layers.Count);
        Assert.Equal(Layers, masks.Count);
        foreach (var layer in run.Report.Layers)
        {
            var mask = masks[layer.Parameter];
            Assert.Equal(contract.PrunedWeights(shape, layer.Rows, layer.Columns), mask.Length - mask.Kept);
            Assert.Equal(mask.Kept, layer.Kept);
            // The tiny model has no zeros of its own, so zeros and mask say the same.
            Assert.Equal(mask.Length - mask.Kept, layer.Zeros);
            AssertPattern(shape, mask);
            var before = dense.Graph.Parameters[layer.Parameter].Data.ToSingles();
            var after = run.Weights[layer.Parameter];
            for (var i = 0; i < after.Length; i++)
            {
                var kept = mask[i / mask.Columns, i % mask.Columns];
                Assert.Equal(kept, after[i] != 0);
                if (kept && contract.KeepsSurvivors) Assert.Equal(before[i], after[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_same_seed_gives_the_same_bits_and_another_seed_other_samples(string method, string pattern)
    {
        using var tiny = new TinyCheckpoint();
        var first = ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "first");
        var second = ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "second");
        var other = ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern, seed: 1), "other");
        Assert.Equal(first.Bytes, second.Bytes);
        if (MethodRegistry.Find(method).Needs == StatisticsNeeds.None)
        {
            Assert.Equal(first.Bytes, other.Bytes);
            return;
        }
        Assert.NotEqual(first.Report.Calibration!.TokensSha256, other.Report.Calibration!.TokensSha256);
        Assert.NotEqual(first.Bytes, other.Bytes);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_written_model_opens_with_the_same_weights_and_its_masks_verify(string method, string pattern)
    {
        using var tiny = new TinyCheckpoint();
        var run = ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "out");
        var shape = SparsityPattern.Parse(pattern);
        var pruned = run.Report.Layers.Select(layer => layer.Parameter).ToHashSet();
        using var dense = Model.Open(tiny.Model);
        using var written = Model.Open(run.Output);

        foreach (var parameter in written.Graph.Parameters.Values.Where(parameter => !parameter.IsConstant))
        {
            var values = parameter.Data.ToSingles();
            Assert.Equal(run.Weights[parameter.Name], values);
            if (!pruned.Contains(parameter.Name)) Assert.Equal(dense.Graph.Parameters[parameter.Name].Data.ToSingles(), values);
        }
        var checks = ModelVerifier.Verify(run.Output, shape.Kind == PatternKind.NOfM ? shape : null, TestContext.Current.CancellationToken).Checks;
        Assert.All(checks, check => Assert.True(check.Ok, $"{check.Check}: {check.Detail}"));
        Assert.Contains(checks, check => check.Check == "masks");
        Assert.False(Directory.Exists(PruningRun.FolderOf(run.Output)));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_run_interrupted_after_some_layers_resumes_to_the_same_bits(string method, string pattern)
    {
        using var tiny = new TinyCheckpoint();
        var recipe = ContractRun.Recipe(tiny, method, pattern);
        var whole = ContractRun.Execute(tiny, recipe, "whole");
        // In the middle of a group (q, k, v), and between two blocks.
        foreach (var layers in (int[])[2, TinyCheckpoint.LayersPerBlock])
        {
            var name = $"resumed-{layers}";
            var folder = ContractRun.Interrupt(tiny, recipe, name, layers);
            Assert.False(Path.Exists(tiny.Path(name)));
            Assert.Equal(layers, File.ReadAllLines(Path.Combine(folder, "journal.jsonl")).Length);
            var resumed = ContractRun.Execute(tiny, recipe, name, resume: true);
            Assert.True(resumed.Report.Resumed);
            Assert.Equal(whole.Bytes, resumed.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_second_run_leaves_no_tensor_behind(string method, string pattern)
    {
        using var tiny = new TinyCheckpoint();
        ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "first");
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        ContractRun.Execute(tiny, ContractRun.Recipe(tiny, method, pattern), "second");
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Impossible_requests_are_refused_with_what_and_why_before_anything_is_written(string method)
    {
        using var tiny = new TinyCheckpoint();
        var good = ContractRun.Recipe(tiny, method, "unstructured");
        void Refused(Recipes.PruneRecipe recipe, params string[] named)
        {
            var error = Assert.Throws<UsageException>(() => PruningRun.Open(recipe, tiny.Path("out")).Dispose());
            Assert.All(named, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        }
        foreach (var sparsity in (double[])[1, -0.1, double.NaN, 50]) Refused(good with { Sparsity = sparsity }, "sparsity", "fraction");
        Refused(good with { Sparsity = null }, "--sparsity");
        Refused(good with { Pattern = "2:4", Sparsity = 0.7 }, "2:4", "--sparsity");
        Refused(good with { Pattern = "4:2", Sparsity = null }, "4:2", "N:M");
        Refused(good with { Pattern = "3:5", Sparsity = null }, "3:5", "model.layers.0.self_attn.q_proj", "32");
        Refused(good with { Options = new Dictionary<string, string> { ["no-such-option"] = "1" } }, "no-such-option", method, "no such option");
        Refused(good with { Scope = "column" }, "scope");
        if (MethodRegistry.Find(method).Needs != StatisticsNeeds.None) Refused(good with { Data = null }, method, "--data");
        foreach (var kind in Enum.GetValues<PatternKind>().Except(MethodRegistry.Find(method).Patterns))
        {
            var pattern = MethodContract.PatternsOf(kind)[0];
            Refused(good with { Pattern = pattern }, method, pattern, "cannot produce", "Use one of");
        }
        Assert.False(Path.Exists(PruningRun.FolderOf(tiny.Path("out"))));
    }

    [Fact]
    public void An_unknown_method_is_refused_with_the_nearest() =>
        Assert.Contains("wanda", Assert.Throws<UsageException>(() => MethodRegistry.Find("wnda")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sparsegpt", "unstructured", "row", "block-size", "64", "--scope")]
    [InlineData("sparsegpt", "2:4", null, "block-size", "30", "block-size")]
    [InlineData("wanda", "2:4", null, "adaptive", "true", "adaptive")]
    [InlineData("wanda", "unstructured", "layer", "adaptive", "true", "--scope")]
    public void Options_at_odds_with_pattern_or_scope_are_refused_at_the_door(string method, string pattern, string? scope, string option, string value, string named)
    {
        using var tiny = new TinyCheckpoint();
        var recipe = ContractRun.Recipe(tiny, method, pattern) with { Scope = scope, Options = new Dictionary<string, string> { [option] = value } };
        var error = Assert.Throws<UsageException>(() => PruningRun.Open(recipe, tiny.Path("out")).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static void AssertPattern(SparsityPattern pattern, Mask mask)
    {
        var (rows, columns) = pattern.Kind == PatternKind.NOfM ? (1, pattern.Group) : (pattern.BlockRows, pattern.BlockColumns);
        for (var top = 0; top < mask.Rows; top += rows)
        {
            for (var left = 0; left < mask.Columns; left += columns)
            {
                var kept = 0;
                for (var i = 0; i < rows; i++)
                    for (var j = 0; j < columns; j++) kept += mask[top + i, left + j] ? 1 : 0;
                if (pattern.Kind == PatternKind.NOfM) Assert.Equal(pattern.Kept, kept);
                else Assert.Contains(kept, (int[])[0, rows * columns]);
            }
        }
    }
}
