using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution;

/// <summary>Gives executors the tensors of parameters.</summary>
public interface IParameterProvider
{
    /// <summary>Device of all tensors.</summary>
    Device Device { get; }

    /// <summary>The tensor of a parameter; owned by the provider.</summary>
    Tensor Get(Parameter parameter);
}
