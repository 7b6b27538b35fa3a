namespace Espalier.Methods;

/// <summary>A one-shot method that prunes one layer at a time. It opens no file, draws no progress bar and resizes nothing.</summary>
public interface ILayerMethod
{
    /// <summary>Prunes one layer: overwrites its weight and returns what is kept.</summary>
    LayerSolution Prune(LayerProblem problem);
}
