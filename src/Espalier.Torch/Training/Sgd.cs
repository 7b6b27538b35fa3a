using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// Stochastic gradient descent with momentum and coupled weight decay, in the form that PyTorch made common: velocity = momentum * velocity + gradient;
/// weights -= rate * velocity, or with Nesterov's look-ahead (Sutskever et al. 2013) rate * (gradient + momentum * velocity).
/// </summary>
internal sealed class Sgd : IOptimizer
{
    private const string Velocity = "velocity/";

    private readonly List<(TrainedTensor Trained, Tensor Velocity)> _slots = [];
    private readonly double _momentum;
    private readonly bool _nesterov;

    public Sgd(IEnumerable<TrainedTensor> tensors, double momentum, bool nesterov)
    {
        (_momentum, _nesterov) = (momentum, nesterov);
        foreach (var trained in tensors)
        {
            using var scope = NewDisposeScope();
            _slots.Add((trained, zeros_like(trained.Tensor, requires_grad: false).DetachFromDisposeScope()));
        }
    }

    /// <inheritdoc/>
    public int Step { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Tensor Tensor)> State => _slots.Select(slot => (Velocity + slot.Trained.Name, slot.Velocity));

    /// <inheritdoc/>
    public void Apply(IList<Tensor> gradients, double learningRate)
    {
        using var noGrad = no_grad();
        Step++;
        for (var i = 0; i < _slots.Count; i++)
        {
            using var scope = NewDisposeScope();
            var ((_, weights, decay), velocity) = _slots[i];
            var gradient = decay == 0 ? gradients[i] : gradients[i].add(weights, decay);
            velocity.mul_(_momentum).add_(gradient);
            weights.add_(_nesterov ? gradient.add(velocity, _momentum) : velocity, -learningRate);
        }
    }

    /// <inheritdoc/>
    public void Restore(int step) => Step = step;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, velocity) in _slots) velocity.Dispose();
    }
}
