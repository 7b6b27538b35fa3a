using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;
using GraphParameter = Espalier.Graphs.Parameter;

namespace Espalier.Torch.Training.Vision;

/// <summary>
/// Mean and variance per channel of everything that came to a BatchNormalization node, over batches of any sizes, merged in double (Chan, Golub and LeVeque
/// 1983, "Algorithms for computing the sample variance", equation 1.5). Nodes with the same parameters share them, as a module that is called twice does.
/// </summary>
internal sealed class PooledStatistics : IBatchStatistics
{
    private readonly Dictionary<(GraphParameter Mean, GraphParameter Variance), Pool> _pools = [];
    private readonly HashSet<Node> _nodes = [];

    /// <summary>Nodes heard of.</summary>
    public int Nodes => _nodes.Count;

    public void Add(Node node, Tensor mean, Tensor variance, long count)
    {
        _nodes.Add(node);
        var key = (RunningStatistics.ParameterOf(node, 3), RunningStatistics.ParameterOf(node, 4));
        if (!_pools.TryGetValue(key, out var pool)) _pools.Add(key, pool = new Pool((int)mean.numel()));
        pool.Add(Doubles(mean), Doubles(variance), count);
    }

    /// <summary>Sets the running statistics of a module.</summary>
    /// <exception cref="EspalierException">A statistic is not finite; nothing is set.</exception>
    public void Store(GraphModule module)
    {
        foreach (var ((parameter, _), pool) in _pools)
        {
            if (!pool.Mean.All(double.IsFinite) || !pool.Squares.All(double.IsFinite))
                throw new EspalierException("the statistics are not finite: activations hold NaN or infinity", parameter.Name, "Check the weights and the images");
        }
        using var guard = no_grad();
        foreach (var ((mean, variance), pool) in _pools)
        {
            using var scope = NewDisposeScope();
            module.Statistic(mean).copy_(tensor(pool.Mean));
            module.Statistic(variance).copy_(tensor([.. pool.Squares.Select(square => square / pool.Count)]));
        }
    }

    private static double[] Doubles(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    private sealed class Pool(int channels)
    {
        public double[] Mean { get; } = new double[channels];

        /// <summary>Sums of squared deviations from the mean.</summary>
        public double[] Squares { get; } = new double[channels];

        public long Count { get; private set; }

        public void Add(double[] mean, double[] variance, long count)
        {
            var total = Count + count;
            for (var c = 0; c < mean.Length; c++)
            {
                var shift = mean[c] - Mean[c];
                Mean[c] += shift * count / total;
                Squares[c] += (variance[c] * count) + (shift * shift * Count * count / total);
            }
            Count = total;
        }
    }
}
