using Espalier.Torch.Loading;
using Espalier.Torch.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training;

/// <summary>What gradients are where there is little to differentiate, and that failures are exceptions.</summary>
public sealed class GradientsTests
{
    public GradientsTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void A_weight_that_does_not_count_has_the_gradient_zero_and_earlier_gradients_stay()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            var (used, unused) = (tensor(new float[] { 1, -2, 3 }, requires_grad: true), ones(2, requires_grad: true));
            used.mul(5).sum().backward();
            var gradients = Gradients.Of(used.pow(2).sum(), [used, unused]);
            Assert.Equal([2, -4, 6], gradients[0].data<float>().ToArray());
            Assert.Equal([0, 0], gradients[1].data<float>().ToArray());
            Assert.Equal([5, 5, 5], used.grad!.data<float>().ToArray());
            Assert.Null(unused.grad);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void The_Hessian_of_a_cubic_is_linear_and_that_of_a_linear_function_zero()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(new float[] { 1, -2, 3 }, requires_grad: true), ones(3, requires_grad: true));
        var direction = new[] { tensor(new float[] { 1, 10, 100 }), zeros(3) };
        Assert.Equal([6, -120, 1800], Gradients.HessianProduct(x.pow(3).sum(), [x, y], direction)[0].data<float>().ToArray());
        // d/dy (direction * y) for x * y.
        Assert.Equal([1, 10, 100], Gradients.HessianProduct(x.mul(y).sum(), [x, y], direction)[1].data<float>().ToArray());
        Assert.Equal([0, 0, 0], Gradients.HessianProduct(x.mul(7).sum(), [x, y], direction)[0].data<float>().ToArray());
    }

    [Fact]
    public void What_cannot_be_differentiated_is_an_exception()
    {
        using var scope = NewDisposeScope();
        var x = ones(3, requires_grad: true);
        Assert.Contains("depends on no trainable parameter", Assert.Throws<EspalierException>(() => Gradients.Of(ones(1).sum(), [x])).Message, StringComparison.Ordinal);
        var doubled = x.mul(2);
        var loss = doubled.mul(doubled).sum();
        doubled.add_(1);
        Assert.Contains("the gradient cannot be computed", Assert.Throws<EspalierException>(() => Gradients.Of(loss, [x])).Message, StringComparison.Ordinal);
        Assert.Null(x.grad);
    }
}
