using Espalier.Formats;
using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>All structural methods. The command line, the docs and the contract tests read this list.</summary>
public static class StructureRegistry
{
    /// <summary>The methods in the order of the docs.</summary>
    public static IReadOnlyList<StructureMethod> All { get; } =
    [
        ByWeights("l1", "L1 norm", "Li et al. 2017, arXiv 1608.08710", "https://arxiv.org/abs/1608.08710", "Removes the units whose weights have the smallest sum of absolute values", _ => UnitCriteria.L1),
        ByWeights("l2", "Group L2 norm", "Fang et al. 2023 (DepGraph), arXiv 2301.12900", "https://arxiv.org/abs/2301.12900", "Removes the units whose weights have the smallest sum of squares over all coupled layers", _ => UnitCriteria.L2),
        ByWeights("bn-scale", "Network slimming", "Liu et al. 2017, arXiv 1708.06519", "https://arxiv.org/abs/1708.06519", "Removes the channels that batch normalisation scales the least", _ => UnitCriteria.BatchScale),
        ByWeights("lamp", "LAMP", "Lee et al. 2021, arXiv 2010.07611", "https://arxiv.org/abs/2010.07611", "Group L2 relative to the units of the group that score at least as much", _ => UnitCriteria.L2, UnitNormalization.Lamp),
        ByWeights("fpgm", "Geometric median", "He et al. 2019, arXiv 1811.00250", "https://arxiv.org/abs/1811.00250", "Removes the filters nearest to all others of their layer", _ => UnitCriteria.GeometricMedian),
        ByWeights("random-units", "Random units", "baseline", "https://arxiv.org/abs/2301.12900", "Removes random units: the line that every criterion must beat", seed => UnitCriteria.Random(seed)),
        new StructureMethod
        {
            Id = "liar",
            Title = "LIAR",
            Paper = "Wang et al. 2024, arXiv 2407.13331",
            Link = "https://arxiv.org/abs/2407.13331",
            Summary = "Group L2 selection, then the kept weights take over what the removed units did, by linear least squares towards the dense model",
            NeedsData = true,
            Repair = new RepairOptions(),
            Score = context => UnitScores.Of(context.Map, UnitCriteria.L2),
        },
        new StructureMethod
        {
            Id = "obspa",
            Title = "OBSPA",
            Paper = "Wang et al. 2024, arXiv 2403.18955",
            Link = "https://arxiv.org/abs/2403.18955",
            Summary = "Removes the units whose loss the remaining weights can make up for best, and updates these weights (optimal brain surgeon on whole channels)",
            NeedsData = true,
            Repair = new RepairOptions { DenseTarget = false, ResidualTarget = false, Damping = 0.01 },
            Score = ObspaScores.Compute,
        },
    ];

    /// <summary>The method of an id.</summary>
    /// <exception cref="UsageException">There is none; the nearest is suggested.</exception>
    public static StructureMethod Find(string id) => All.FirstOrDefault(method => method.Id == id)
        ?? throw new UsageException($"there is no structural method '{id}'", "--method", NearNames.Suggest(id, All.Select(method => method.Id)) ?? $"Methods for ONNX files are {string.Join(", ", All.Select(method => method.Id))}");

    private static StructureMethod ByWeights(string id, string title, string paper, string link, string summary, Func<long, UnitCriterion> criterion,
        UnitNormalization normalization = UnitNormalization.Mean) => new()
        {
            Id = id,
            Title = title,
            Paper = paper,
            Link = link,
            Summary = summary,
            Score = context => UnitScores.Of(context.Map, criterion(context.Seed), new ScoringOptions { Normalization = normalization }),
        };
}
