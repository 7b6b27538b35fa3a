using Espalier.Recipes;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2) over the trainable parameters of a module. The
/// state is plain tensors by name, so that a checkpoint holds all of it.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly List<Slot> _slots = [];
    private readonly TrainingOptions _options;

    public AdamW(GraphModule module, TrainingOptions options)
    {
        _options = options;
        foreach (var (name, parameter) in module.Trainable)
        {
            using var scope = NewDisposeScope();
            _slots.Add(new Slot(name, parameter, zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(),
                zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(), parameter.dim() >= 2 ? options.WeightDecay : 0));
        }
    }

    /// <summary>Steps made: t of the bias correction.</summary>
    public int Step { get; private set; }

    /// <summary>Mean gradients and mean squared gradients by parameter name.</summary>
    public IEnumerable<(string Name, Tensor First, Tensor Second)> Moments => _slots.Select(slot => (slot.Name, slot.First, slot.Second));

    /// <summary>Changes the parameters by one step.</summary>
    /// <param name="gradients">Gradients in the order of the module's trainable parameters.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    public void Apply(IList<Tensor> gradients, double learningRate)
    {
        using var noGrad = no_grad();
        Step++;
        var firstCorrection = 1 - Math.Pow(_options.Beta1, Step);
        var secondRoot = Math.Sqrt(1 - Math.Pow(_options.Beta2, Step));
        for (var i = 0; i < _slots.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (_, parameter, first, second, decay) = _slots[i];
            if (decay != 0) parameter.mul_(1 - (learningRate * decay));
            first.mul_(_options.Beta1).add_(gradients[i], 1 - _options.Beta1);
            second.mul_(_options.Beta2).addcmul_(gradients[i], gradients[i], 1 - _options.Beta2);
            var denominator = second.sqrt().div_(secondRoot).add_(_options.Epsilon);
            parameter.addcdiv_(first, denominator, -learningRate / firstCorrection);
        }
    }

    /// <summary>Continues after a given number of steps; the moments are filled by the caller.</summary>
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
