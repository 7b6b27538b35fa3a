using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>Limits the Euclidean norm of a whole gradient.</summary>
internal static class GradientClip
{
    /// <summary>Scales the gradients in place so that their joint norm is at most the limit.</summary>
    /// <returns>The norm before.</returns>
    public static double Apply(IList<Tensor> gradients, double? limit)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var norm = stack(gradients.Select(gradient => gradient.norm())).norm().to(ScalarType.Float64).item<double>();
        if (limit is { } most && norm > most)
        {
            foreach (var gradient in gradients) gradient.mul_(most / norm);
        }
        return norm;
    }
}
