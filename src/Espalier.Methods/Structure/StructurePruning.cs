using Espalier.Coupling;
using Espalier.Coupling.Surgery;
using Espalier.Formats.Onnx;
using Espalier.Solvers;
using Espalier.Structure;

namespace Espalier.Methods.Structure;

/// <summary>The way of an ONNX file through structured pruning: couple, score, choose, repair, cut, write.</summary>
public static class StructurePruning
{
    /// <summary>Plans a run without data-dependent work: what is coupled, and what would go by a method that needs no data.</summary>
    /// <exception cref="UsageException">The method is unknown, or the target cannot be reached.</exception>
    public static RemovalPlan Plan(CouplingMap map, StructureMethod method, StructureRequest request, IReadOnlyDictionary<string, long> sizes, CalibrationInputs? inputs)
    {
        if (method.NeedsData && inputs is null) throw new UsageException($"the method {method.Id} needs data", "--data", "Give a folder of images, an .npz of inputs, or noise:normal; l1, l2, lamp, fpgm and bn-scale need none");
        var scores = method.Score(new StructureContext(map, inputs, request.Seed));
        var options = new SelectionOptions
        {
            Ratio = request.Target.Share,
            Measure = request.Target.Measure,
            Scope = request.Options.Scope,
            MinimumKeptShare = request.Options.MinimumKeep,
            RoundTo = request.Options.RoundTo,
            Overrides = [.. request.Exclude.Select(pattern => new GroupOverride(pattern, null))],
            Kinds = request.Options.AllUnits ? Enum.GetValues<UnitKind>() : new SelectionOptions { Ratio = 0 }.Kinds,
            Sizes = sizes,
        };
        try
        {
            return UnitSelector.Select(map, scores, options);
        }
        catch (UsageException e) when (e.Where == nameof(SelectionOptions.Ratio))
        {
            throw new UsageException(e.Problem, request.Target.Option, $"{e.Remedy}; 'espalier inspect' says what is frozen and why");
        }
    }

    /// <summary>Prunes an opened model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">What to do.</param>
    /// <param name="sizes">Sizes of all symbols of the inputs.</param>
    /// <param name="inputs">Calibration inputs, or null.</param>
    /// <param name="progress">Told the share of consumers repaired.</param>
    /// <param name="cancellation">Stops between consumers.</param>
    /// <returns>The cut graph with what is known about it.</returns>
    public static StructureResult Run(OnnxModel model, StructureRequest request, IReadOnlyDictionary<string, long> sizes, CalibrationInputs? inputs, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var method = StructureRegistry.Find(request.Method);
        var repair = RepairOf(method, request);
        if (repair is not null && inputs is null) throw new UsageException("the repair needs data", "--data", "Give a folder of images, an .npz of inputs, or noise:normal, or set repair=none");
        // A repair changes parameters, so it works on a copy; the dense graph gives the targets.
        var student = repair is null ? model.Graph : new BiasInsertion().Run(model.Graph);
        var map = CouplingMap.Of(student);
        var plan = Plan(map, method, request, sizes, inputs);
        var repairs = repair is null ? [] : new ConsumerRepair(model.Graph, map, plan.Removals, repair).Run(inputs!, progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var cut = GraphSurgery.Cut(map, plan.Removals);
        return new StructureResult(map, plan, cut, repairs);
    }

    private static RepairOptions? RepairOf(StructureMethod method, StructureRequest request)
    {
        var variant = request.Options.Repair ?? method.Repair?.Variant ?? RepairVariant.None;
        if (variant == RepairVariant.None) return null;
        var own = method.Repair ?? new RepairOptions();
        var dense = request.Options.DenseTarget ?? own.DenseTarget;
        return own with
        {
            Variant = variant,
            DenseTarget = dense,
            ResidualTarget = dense,
            Damping = request.Options.Damping ?? own.Damping,
            Positions = request.Options.Positions,
            Seed = request.Seed,
        };
    }
}

/// <summary>The outcome of a structural run before it is written.</summary>
/// <param name="Map">Couplings of the model.</param>
/// <param name="Plan">What went.</param>
/// <param name="Cut">The smaller graph.</param>
/// <param name="Repairs">What became of consumers.</param>
public sealed record StructureResult(CouplingMap Map, RemovalPlan Plan, SurgeryResult Cut, IReadOnlyList<RepairRecord> Repairs);
