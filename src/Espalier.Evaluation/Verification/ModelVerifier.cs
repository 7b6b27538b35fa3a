using Espalier.Formats.HuggingFace;
using Espalier.Sparsity;

namespace Espalier.Evaluation;

/// <summary>
/// Checks a written model: it opens and builds, its weights are finite, pruned weights are exactly zero, and a pattern holds. Needs no native
/// library. A check that fails is reported, never thrown.
/// </summary>
public static class ModelVerifier
{
    /// <summary>Checks a model's folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="pattern">N:M that every masked layer (without a masks file: every linear layer of the blocks) must hold; null for none.</param>
    /// <param name="cancellation">Checked before every tensor.</param>
    /// <exception cref="UsageException">The pattern is not N:M.</exception>
    /// <exception cref="OperationCanceledException">The checks were cancelled.</exception>
    public static VerificationReport Verify(string path, SparsityPattern? pattern = null, CancellationToken cancellation = default)
    {
        if (pattern is not null && pattern.Kind != PatternKind.NOfM)
            throw new UsageException($"'{pattern}' cannot be verified", "--pattern", "Use N:M such as 2:4");
        var checks = new List<VerificationCheck>();
        Model? model = null;
        try
        {
            checks.Add(Guard("opens", () =>
            {
                model = Model.Open(path);
                return $"{model.Graph.Name}: {model.Graph.Parameters.Values.Count(parameter => !parameter.IsConstant)} tensors, {model.Graph.Nodes.Count} nodes";
            }));
            if (model is not null) Check(path, model, pattern, checks, cancellation);
        }
        finally
        {
            model?.Dispose();
        }
        return new VerificationReport(path, checks);
    }

    private static void Check(string path, Model model, SparsityPattern? pattern, List<VerificationCheck> checks, CancellationToken cancellation)
    {
        var graph = model.Graph;
        checks.Add(Guard("builds", () => $"for whole sequences and step by step ({model.BuildGraph(GraphForm.Cached).Nodes.Count} nodes)"));
        checks.Add(Guard("finite", () => WeightChecks.Finite(graph, cancellation)));
        IReadOnlyDictionary<string, Mask>? masks = null;
        var file = Path.Combine(path, MaskFile.FileName);
        if (File.Exists(file))
        {
            checks.Add(Guard("masks", () =>
            {
                masks = MaskFile.Read(file);
                return WeightChecks.MasksHold(graph, masks, cancellation);
            }));
            if (masks is null) return; // which layers are pruned is not known
        }
        if (pattern is not null) checks.Add(Guard("pattern", () => WeightChecks.PatternHolds(graph, pattern, masks, cancellation)));
    }

    private static VerificationCheck Guard(string name, Func<string> check)
    {
        try
        {
            return new VerificationCheck(name, true, check());
        }
        catch (Exception e) when (e is EspalierException or IOException or UnauthorizedAccessException)
        {
            return new VerificationCheck(name, false, e.Message);
        }
    }
}
