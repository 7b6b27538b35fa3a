using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>Gradients of a loss whose failure is an exception: an error in libtorch's <c>autograd.grad</c> ends the process, one in <c>backward</c> does not.</summary>
internal static class Gradients
{
    /// <summary>Gradients by weight, zeros where the loss does not depend on one; tensors of the current dispose scope. Gradients that the weights carry stay.</summary>
    /// <exception cref="EspalierException">The loss depends on no weight, or an operator has no derivative.</exception>
    public static Tensor[] Of(Tensor loss, IReadOnlyList<Tensor> weights)
    {
        if (!loss.requires_grad) throw new EspalierException("the loss depends on no trainable parameter", "gradients", "Train a graph with weights on the way to its output");
        Tensor?[] before = [.. weights.Select(weight => weight.grad)];
        foreach (var weight in weights) weight.grad = null;
        try
        {
            loss.backward();
            return [.. weights.Select(weight => weight.grad ?? zeros_like(weight, requires_grad: false))];
        }
        catch (ExternalException e)
        {
            throw new EspalierException($"the gradient cannot be computed: {e.Message.Split('\n', 2)[0].TrimEnd('.')}", "gradients", inner: e);
        }
        finally
        {
            for (var i = 0; i < before.Length; i++) weights[i].grad = before[i];
        }
    }

    /// <summary>The Hessian of a loss times a fixed direction: the gradient of (direction * gradient of the loss).</summary>
    /// <param name="loss">A loss of which <see cref="Of"/> has given gradients before.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="direction">A tensor per weight, without history.</param>
    /// <exception cref="EspalierException">An operator has no second derivative.</exception>
    public static Tensor[] HessianProduct(Tensor loss, IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> direction)
    {
        var gradients = autograd.grad([loss], [.. weights], retain_graph: true, create_graph: true, allow_unused: true);
        var terms = gradients.Zip(direction).Where(pair => !pair.First.IsInvalid && pair.First.requires_grad).Select(pair => pair.First.mul(pair.Second).sum()).ToArray();
        // Without terms the loss is linear in all weights.
        return terms.Length == 0 ? [.. weights.Select(weight => zeros_like(weight, requires_grad: false))] : Of(stack(terms).sum(), weights);
    }
}
