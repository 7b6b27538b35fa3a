using Espalier.Graphs;
using Espalier.Recipes;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Torch.Calibration;

namespace Espalier.Methods.Runs;

/// <summary>What a recipe means for a model: which layers are pruned, which are not and why, and what it will take.</summary>
public sealed class PrunePlan
{
    private PrunePlan(PruneRecipe recipe, MethodDescriptor descriptor, ILayerMethod method, SparsityPattern pattern, double sparsity, IReadOnlyList<PlannedBlock> blocks, IReadOnlyList<string> leftDense)
    {
        Recipe = recipe;
        Descriptor = descriptor;
        Method = method;
        Pattern = pattern;
        Sparsity = sparsity;
        Blocks = blocks;
        LeftDense = leftDense;
    }

    /// <summary>The recipe.</summary>
    public PruneRecipe Recipe { get; }

    /// <summary>The method's entry in the registry.</summary>
    public MethodDescriptor Descriptor { get; }

    /// <summary>The method with its options.</summary>
    public ILayerMethod Method { get; }

    /// <summary>Pattern of the masks.</summary>
    public SparsityPattern Pattern { get; }

    /// <summary>Fraction of the weights of each layer to remove.</summary>
    public double Sparsity { get; }

    /// <summary>Where weights compete; null for the method's default.</summary>
    public SelectionScope? Scope => Recipe.Scope switch
    {
        null => null,
        "row" => SelectionScope.Row,
        "layer" => SelectionScope.Layer,
        var text => throw new UsageException($"'{text}' is not a scope", "--scope", "Use row or layer, or leave it out for the method's default"),
    };

    /// <summary>Blocks in order, with their layers.</summary>
    public IReadOnlyList<PlannedBlock> Blocks { get; }

    /// <summary>Linear layers that stay dense, each with the reason.</summary>
    public IReadOnlyList<string> LeftDense { get; }

    /// <summary>All layers in order.</summary>
    public IEnumerable<LinearLayer> Layers => Blocks.SelectMany(block => block.Layers);

    /// <summary>Weights in the layers that are pruned.</summary>
    public long PrunableWeights => Layers.Sum(layer => layer.Weight.Shape.ElementCount);

    /// <summary>Reads a recipe against a model and refuses what cannot work before anything is computed.</summary>
    /// <exception cref="UsageException">Method, option, pattern, sparsity or scope cannot be used for this model.</exception>
    public static PrunePlan Create(PruneRecipe recipe, Graph graph)
    {
        recipe.Validate();
        var descriptor = MethodRegistry.Find(recipe.Method);
        var method = descriptor.Bind(recipe.Options);
        var pattern = SparsityPattern.Parse(recipe.Pattern);
        descriptor.RequirePattern(pattern);
        var sparsity = TargetSparsity(recipe, pattern);
        if (descriptor.Needs != StatisticsNeeds.None && recipe.Data is null)
            throw new UsageException($"the method {recipe.Method} needs calibration data", "--data", "Name a text file, JSON lines or a safetensors file of token ids");
        var leftDense = new List<string>();
        var blocks = new List<PlannedBlock>();
        foreach (var block in BlockPartition.Of(graph))
        {
            var layers = new List<LinearLayer>();
            foreach (var layer in LinearLayer.In(block.Nodes))
            {
                if (recipe.Exclude.FirstOrDefault(exclude => Matches(exclude, layer.Name)) is { } reason)
                {
                    leftDense.Add($"{layer.Name}: excluded by '{reason}'");
                    continue;
                }
                pattern.RequireFits(layer.Outputs, layer.Inputs, layer.Name);
                layers.Add(layer);
            }
            blocks.Add(new PlannedBlock(block, layers));
        }
        var inBlocks = blocks.SelectMany(block => block.Block.Nodes).ToHashSet();
        leftDense.AddRange(LinearLayer.In(graph.Nodes.Where(node => !inBlocks.Contains(node))).Select(layer => $"{layer.Name}: outside the blocks (embedding or head)"));
        var plan = new PrunePlan(recipe, descriptor, method, pattern, sparsity, blocks, leftDense);
        if (!plan.Layers.Any()) throw new UsageException("no layer is left to prune", "--exclude", "Exclude fewer layers");
        foreach (var exclude in recipe.Exclude)
        {
            if (!leftDense.Any(reason => reason.EndsWith($"'{exclude}'", StringComparison.Ordinal)))
                throw new UsageException($"'{exclude}' matches no layer", "--exclude", $"Layers have names such as {plan.Layers.First().Name}");
        }
        method.Require(pattern, plan.Scope);
        return plan;
    }

    /// <summary>Memory that the run needs beyond libraries and mapped files: largest block in 32-bit floats, statistics, activations.</summary>
    /// <param name="samples">Calibration samples.</param>
    /// <param name="length">Tokens per sample.</param>
    public MemoryForecast Forecast(int samples, int length)
    {
        var largest = Blocks.Max(block => block.Block.Nodes.SelectMany(node => node.Inputs).OfType<Value>().Select(value => value.Parameter).OfType<Parameter>().Distinct().Sum(parameter => parameter.Shape.ElementCount) * sizeof(float));
        if (Descriptor.Needs == StatisticsNeeds.None) return new MemoryForecast(Layers.Max(layer => layer.Weight.Shape.ElementCount) * sizeof(float) * 2, 0, 0);
        var statistics = Blocks.Max(block => block.Groups.Sum(group => StatisticsBytes(group.Key)));
        var entering = Blocks[0].Block.LiveIn.Sum(value => (value.Shape ?? []).Aggregate(1L, (product, dim) => product * (dim.Size ?? (dim.Symbol == "batch" ? 1 : length))) * (value.ElementType ?? ElementType.F32).Size());
        return new MemoryForecast(largest, statistics, entering * samples);
    }

    private long StatisticsBytes(Value input)
    {
        long features = input.Shape?[^1].Size ?? 0;
        var perFeature = Descriptor.Needs == StatisticsNeeds.Gram ? features + LayerStatistics.ProbeRows : LayerStatistics.ProbeRows + 2;
        return features * perFeature * sizeof(float);
    }

    private static double TargetSparsity(PruneRecipe recipe, SparsityPattern pattern)
    {
        if (pattern.FixedSparsity is not { } fixedSparsity)
            return recipe.Sparsity ?? throw new UsageException("no sparsity is given", "--sparsity", "Give the fraction of weights to remove, for example 0.5");
        if (recipe.Sparsity is { } asked && Math.Abs(asked - fixedSparsity) > 1e-9)
            throw new UsageException($"the pattern {pattern} removes {fixedSparsity:P0} of the weights, but a sparsity of {asked} is asked for", "--sparsity", "Leave the sparsity out for N:M patterns");
        return fixedSparsity;
    }

    private static bool Matches(string pattern, string name) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
