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

    /// <summary>Some rows of a matrix, read without loading the matrix; null where loading it is as well.</summary>
    /// <param name="parameter">A matrix [rows, width].</param>
    /// <param name="indices">Row numbers of any shape, 64-bit integers.</param>
    /// <returns>[..., width], owned by the caller.</returns>
    Tensor? GatherRows(Parameter parameter, Tensor indices) => null;
}
