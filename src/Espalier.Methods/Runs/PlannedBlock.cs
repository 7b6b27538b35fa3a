using Espalier.Graphs;

namespace Espalier.Methods.Runs;

/// <summary>A block with the layers that will be pruned.</summary>
public sealed class PlannedBlock
{
    internal PlannedBlock(GraphBlock block, IReadOnlyList<LinearLayer> layers)
    {
        Block = block;
        Layers = layers;
    }

    /// <summary>The block.</summary>
    public GraphBlock Block { get; }

    /// <summary>Its layers in order.</summary>
    public IReadOnlyList<LinearLayer> Layers { get; }

    /// <summary>The layers by the value that they read; those of a group share statistics.</summary>
    public ILookup<Value, LinearLayer> Groups => Layers.ToLookup(layer => layer.Input);
}
