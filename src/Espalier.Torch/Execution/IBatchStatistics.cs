using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Hears of the statistics of every batch that batch normalisation saw in training.</summary>
internal interface IBatchStatistics
{
    /// <summary>Takes the statistics of one batch at one node.</summary>
    /// <param name="node">The BatchNormalization node.</param>
    /// <param name="mean">Mean per channel; not owned.</param>
    /// <param name="variance">Variance per channel, the population's: the mean squared deviation; not owned.</param>
    /// <param name="count">Values per channel.</param>
    void Add(Node node, Tensor mean, Tensor variance, long count);
}
