using Espalier.Tests.Conformance;
using Espalier.Torch.Loading;
using Espalier.Torch.Training;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training;

/// <summary>The optimizer against the update in plain double precision.</summary>
public sealed class SgdTests
{
    public SgdTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Updates_have_momentum_and_decay(bool nesterov)
    {
        using var scope = NewDisposeScope();
        var (matrix, vector) = (rand(2, 3, ScalarType.Float64), rand(3, ScalarType.Float64));
        using var optimizer = new Sgd([new("matrix", matrix, 0.3), new("vector", vector, 0)], 0.8, nesterov);
        var expected = new[] { TensorComparison.Doubles(matrix), TensorComparison.Doubles(vector) };
        var velocity = expected.Select(values => new double[values.Length]).ToArray();
        for (var t = 1; t <= 4; t++)
        {
            Tensor[] gradients = [rand(2, 3, ScalarType.Float64), rand(3, ScalarType.Float64)];
            optimizer.Apply(gradients, 0.1 * t);
            for (var i = 0; i < 2; i++)
            {
                var given = TensorComparison.Doubles(gradients[i]);
                for (var j = 0; j < given.Length; j++)
                {
                    var gradient = given[j] + ((i == 0 ? 0.3 : 0) * expected[i][j]);
                    velocity[i][j] = (0.8 * velocity[i][j]) + gradient;
                    expected[i][j] -= 0.1 * t * (nesterov ? gradient + (0.8 * velocity[i][j]) : velocity[i][j]);
                }
            }
        }
        Assert.Equal(4, optimizer.Step);
        Assert.True(TensorComparison.Difference(expected[0], TensorComparison.Doubles(matrix), ToleranceClass.Gradient) is null);
        Assert.True(TensorComparison.Difference(expected[1], TensorComparison.Doubles(vector), ToleranceClass.Gradient) is null);
        Assert.Equal(["velocity/matrix", "velocity/vector"], optimizer.State.Select(state => state.Name));
    }
}
