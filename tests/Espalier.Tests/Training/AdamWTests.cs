using Espalier.Data;
using Espalier.Recipes;
using Espalier.Torch.Execution;
using Espalier.Torch.Training;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Training;

/// <summary>The optimizer against the published update in plain double precision, and the parts around it against closed forms.</summary>
public sealed class AdamWTests
{
    [Fact]
    public void Updates_equal_the_paper_and_norms_do_not_decay()
    {
        using var scope = NewDisposeScope();
        using var tiny = new TinyCheckpoint();
        using var model = Model.Open(tiny.Model);
        using var module = new GraphModule(model.Graph, CPU);
        var options = new TrainingOptions { WeightDecay = 0.3, Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-6 };
        using var optimizer = new AdamW(module, options);
        var names = module.Trainable.Keys.ToArray();
        var matrix = Array.IndexOf(names, "model.layers.0.mlp.up_proj.weight");
        var norm = Array.IndexOf(names, "model.norm.weight");
        var expected = new[] { matrix, norm }.ToDictionary(i => i, i => Read(module.Trainable[names[i]]));
        var first = expected.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        var second = expected.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        for (var t = 1; t <= 4; t++)
        {
            var rate = 0.01 * t;
            var gradients = names.Select((name, i) => randn_like(module.Trainable[name], requires_grad: false)).ToList();
            optimizer.Apply(gradients, rate);
            foreach (var (i, weights) in expected)
            {
                var gradient = Read(gradients[i]);
                for (var j = 0; j < weights.Length; j++)
                {
                    first[i][j] = (0.8 * first[i][j]) + (0.2 * gradient[j]);
                    second[i][j] = (0.9 * second[i][j]) + (0.1 * gradient[j] * gradient[j]);
                    var mean = first[i][j] / (1 - Math.Pow(0.8, t));
                    var square = second[i][j] / (1 - Math.Pow(0.9, t));
                    weights[j] -= rate * ((mean / (Math.Sqrt(square) + 1e-6)) + ((i == matrix ? 0.3 : 0) * weights[j]));
                }
            }
        }
        foreach (var (i, weights) in expected)
        {
            var actual = Read(module.Trainable[names[i]]);
            for (var j = 0; j < weights.Length; j++) Assert.Equal(weights[j], actual[j], 2e-6);
        }
    }

    [Fact]
    public void A_long_gradient_is_scaled_to_the_limit_and_a_short_one_is_left()
    {
        using var scope = NewDisposeScope();
        var gradients = new List<Tensor> { tensor(new float[] { 3, 0 }), tensor(new float[,] { { 0 }, { 4 } }) };
        Assert.Equal(5, GradientClip.Apply(gradients, 10), 1e-6);
        Assert.Equal([3, 0], Read(gradients[0]));
        Assert.Equal(5, GradientClip.Apply(gradients, 1), 1e-6);
        Assert.Equal(0.6, Read(gradients[0])[0], 1e-6);
        Assert.Equal(0.8, Read(gradients[1])[1], 1e-6);
    }

    [Fact]
    public void The_learning_rate_rises_in_a_line_and_falls_as_half_a_cosine()
    {
        var schedule = new LearningRateSchedule(peak: 2, warmupSteps: 4, totalSteps: 13, finalFraction: 0.1);
        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(1, 4).Select(schedule.At));
        Assert.Equal(2, schedule.At(5), 1e-12);
        Assert.Equal(1.1, schedule.At(9), 1e-12);
        Assert.Equal(0.2, schedule.At(13), 1e-12);
    }

    [Fact]
    public void A_pass_shows_each_window_once_and_targets_are_one_place_further()
    {
        int[] tokens = [.. Enumerable.Range(0, 101)];
        var batches = new TokenBatches(tokens, batchSize: 1, sequenceLength: 10, new SeededRandom(3));
        var seen = new List<long>();
        var (inputs, targets) = (new long[10], new long[10]);
        var pass = batches.PassState;
        while (true)
        {
            batches.Next(inputs, targets);
            if (batches.PassState != pass) break;
            Assert.Equal(inputs.Select(id => id + 1), targets);
            seen.AddRange(inputs);
        }
        // A pass leaves out less than a window at either end, and nothing between.
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen.Count, seen.Max() - seen.Min() + 1);
        Assert.InRange(seen.Count, 90, 100);
        Assert.NotEqual(seen.Order(), seen);
    }

    private static double[] Read(Tensor tensor)
    {
        using var flat = tensor.detach().to(ScalarType.Float64).reshape(-1);
        return flat.data<double>().ToArray();
    }
}
