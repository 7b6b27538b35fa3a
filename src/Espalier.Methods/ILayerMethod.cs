using Espalier.Sparsity;

namespace Espalier.Methods;

/// <summary>A one-shot method that prunes one layer at a time. It opens no file, draws no progress bar and resizes nothing.</summary>
public interface ILayerMethod
{
    /// <summary>Refuses, before anything is computed, a pattern or a scope that the method with its options cannot work with.</summary>
    /// <param name="pattern">Pattern of the masks; its kind is one that the registry lists for the method.</param>
    /// <param name="scope">Where weights compete; null for the method's default.</param>
    /// <exception cref="UsageException">The combination is impossible.</exception>
    void Require(SparsityPattern pattern, SelectionScope? scope)
    {
    }

    /// <summary>Prunes one layer: overwrites its weight and returns what is kept.</summary>
    LayerSolution Prune(LayerProblem problem);
}
