using Espalier.Coupling;
using Espalier.Solvers;
using Espalier.Structure;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Methods.Structure;

/// <summary>
/// OBSPA's saliency: the squared output error of each consumer that is left when a unit goes and the other weights make up for it,
/// tr(W_P ([H^-1]_PP)^-1 W_P^T), averaged over the consumers of a group and divided by the group's mean (arXiv 2403.18955, step 8b).
/// </summary>
internal static class ObspaScores
{
    /// <summary>Scores all groups that have a consumer with a closed form.</summary>
    public static UnitScores Compute(StructureContext context)
    {
        var inputs = context.Inputs ?? throw new UsageException("the method obspa needs data", "--data", "Give images or an .npz of inputs, or noise:normal");
        var saliency = new Dictionary<(Graphs.Parameter, int), double[]>();
        foreach (var uses in context.Map.Contractions.Where(use => PatchRows.Obstacle(use) is null).GroupBy(use => (use.Weight, use.WeightAxis)))
            saliency.Add(uses.Key, Saliency([.. uses], context.Map, inputs));
        var scores = new Dictionary<CoupledGroup, double[]>();
        foreach (var group in context.Map.Groups)
        {
            var consumers = group.Members.Where(member => saliency.ContainsKey((member.Parameter, member.Axis))).ToArray();
            if (consumers.Length == 0) continue;
            var sums = new double[group.Size];
            foreach (var member in consumers)
            {
                var own = saliency[(member.Parameter, member.Axis)];
                for (var i = 0; i < own.Length; i++)
                {
                    if (member.Units[i] >= 0) sums[member.Units[i]] += own[i] / consumers.Length;
                }
            }
            scores.Add(group, Normalized(sums));
        }
        return new UnitScores(scores);
    }

    private static double[] Normalized(double[] sums)
    {
        var mean = sums.Average();
        return mean == 0 ? sums : [.. sums.Select(sum => sum / mean)];
    }

    private static double[] Saliency(Contraction[] uses, CouplingMap map, CalibrationInputs inputs)
    {
        var layout = new WeightLayout(uses[0]);
        var weight = layout.Read(uses[0].Weight.Data);
        var moments = new Moments(weight.Columns);
        foreach (var use in uses)
        {
            var rows = new PatchRows(use, 0, 0);
            var plan = ExecutionPlan.Create(map.Graph, map.Graph.Inputs, [use.Activation]);
            using var parameters = new ParameterCache(CPU);
            var executor = new GraphExecutor(parameters);
            foreach (var feeds in inputs.For(map.Graph))
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                using var activation = executor.Run(plan, feeds)[0];
                moments.Add(TensorSpan.Of(rows.Inputs(activation, 0)));
            }
        }
        return ObsSaliency.Create(moments.Centred, layer: uses[0].Weight.Name).Blocks(weight, layout.Taps);
    }
}
