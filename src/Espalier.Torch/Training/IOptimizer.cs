using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>Something that is trained.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Tensor">Changed in place.</param>
/// <param name="Decay">Its weight decay.</param>
internal sealed record TrainedTensor(string Name, Tensor Tensor, double Decay);

/// <summary>Changes parameters along gradients. All its state is tensors by name and a count of steps.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>Steps made.</summary>
    int Step { get; }

    /// <summary>The state by name, changed in place by every step.</summary>
    IEnumerable<(string Name, Tensor Tensor)> State { get; }

    /// <summary>Changes the parameters by one step.</summary>
    /// <param name="gradients">Gradients in the order of the parameters.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    void Apply(IList<Tensor> gradients, double learningRate);

    /// <summary>Continues after a given number of steps; the caller has filled the state.</summary>
    void Restore(int step);
}
