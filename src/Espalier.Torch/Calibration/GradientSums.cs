using static TorchSharp.torch;

namespace Espalier.Torch.Calibration;

/// <summary>Sums of gradients in double, one per parameter. Its tensors belong to the dispose scope in which it is made.</summary>
internal sealed class GradientSums(IReadOnlyList<string> names, IReadOnlyList<Tensor> weights)
{
    private readonly Tensor[] _sums = [.. weights.Select(one => zeros(one.shape, ScalarType.Float64, one.device))];
    private double _weight;

    /// <summary>Adds gradients that stand for a number of images or batches.</summary>
    public void Add(IList<Tensor> gradients, double weight)
    {
        using var guard = no_grad();
        for (var i = 0; i < _sums.Length; i++) _sums[i].add_(gradients[i], weight);
        _weight += weight;
    }

    /// <summary>Adds squares of gradients, which stand for one.</summary>
    public void AddSquares(IList<Tensor> gradients)
    {
        using var guard = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            using var scope = NewDisposeScope();
            var gradient = gradients[i].to(ScalarType.Float64);
            _sums[i].addcmul_(gradient, gradient, 1);
        }
        _weight++;
    }

    /// <summary>The means in the types of the parameters, tensors of the current scope.</summary>
    public Tensor[] Means()
    {
        using var guard = no_grad();
        return [.. _sums.Zip(weights, (sum, weight) => sum.div(_weight).to(weight.dtype))];
    }

    /// <summary>The means by parameter; nothing if nothing was added.</summary>
    public IReadOnlyDictionary<string, float[]> ToArrays()
    {
        var arrays = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count && _weight > 0; i++)
        {
            using var scope = NewDisposeScope();
            arrays.Add(names[i], _sums[i].div(_weight).to(ScalarType.Float32).cpu().data<float>().ToArray());
        }
        return arrays;
    }
}
