using Espalier.Recipes;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2). The state is plain tensors by name, so that a
/// checkpoint holds all of it.
/// </summary>
internal sealed class AdamW : IOptimizer
{
    private const string First = "first/", Second = "second/";

    private readonly List<Slot> _slots = [];
    private readonly double _beta1, _beta2, _epsilon;

    /// <summary>Over the trainable parameters of a module; vectors do not decay.</summary>
    public AdamW(GraphModule module, TrainingOptions options)
        : this(module.Trainable.Select(pair => new TrainedTensor(pair.Key, pair.Value, pair.Value.dim() >= 2 ? options.WeightDecay : 0)), options.Beta1, options.Beta2, options.Epsilon)
    {
    }

    /// <summary>Over given tensors.</summary>
    public AdamW(IEnumerable<TrainedTensor> tensors, double beta1, double beta2, double epsilon)
    {
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
        foreach (var (name, parameter, decay) in tensors)
        {
            using var scope = NewDisposeScope();
            _slots.Add(new Slot(name, parameter, zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(),
                zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(), decay));
        }
    }

    /// <summary>Steps made: t of the bias correction.</summary>
    public int Step { get; private set; }

    /// <summary>Mean gradients and mean squared gradients by parameter name.</summary>
    public IEnumerable<(string Name, Tensor First, Tensor Second)> Moments => _slots.Select(slot => (slot.Name, slot.First, slot.Second));

    /// <inheritdoc/>
    public IEnumerable<(string Name, Tensor Tensor)> State => Moments.Select(moment => (First + moment.Name, moment.First)).Concat(Moments.Select(moment => (Second + moment.Name, moment.Second)));

    /// <inheritdoc/>
    public void Apply(IList<Tensor> gradients, double learningRate)
    {
        using var noGrad = no_grad();
        Step++;
        var firstCorrection = 1 - Math.Pow(_beta1, Step);
        var secondRoot = Math.Sqrt(1 - Math.Pow(_beta2, Step));
        for (var i = 0; i < _slots.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (_, parameter, first, second, decay) = _slots[i];
            if (decay != 0) parameter.mul_(1 - (learningRate * decay));
            first.mul_(_beta1).add_(gradients[i], 1 - _beta1);
            second.mul_(_beta2).addcmul_(gradients[i], gradients[i], 1 - _beta2);
            var denominator = second.sqrt().div_(secondRoot).add_(_epsilon);
            parameter.addcdiv_(first, denominator, -learningRate / firstCorrection);
        }
    }

    /// <inheritdoc/>
    public void Restore(int step) => Step = step;

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
        }
    }

    private sealed record Slot(string Name, Tensor Parameter, Tensor First, Tensor Second, double Decay);
}
