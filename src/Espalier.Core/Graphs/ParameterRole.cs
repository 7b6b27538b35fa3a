namespace Espalier.Graphs;

/// <summary>What a parameter is to the model.</summary>
public enum ParameterRole
{
    /// <summary>Learned: counted as a parameter, trained, pruned.</summary>
    Weight,

    /// <summary>Measured, not learned: running statistics of batch normalisation. Cut with the weights, not trained by gradients.</summary>
    Statistic,

    /// <summary>Given by the architecture: shapes, indices, bounds, quantisation scales. Neither counted nor trained.</summary>
    Constant,
}
