using Espalier.Numerics;
using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Normalisations with learnt scales.</summary>
internal static class NormalizationOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["RMSNormalization"] = static (in OperatorCall c) => [Rms(c)];
        table["BatchNormalization"] = static (in OperatorCall c) => Batch(c);
        table["InstanceNormalization"] = static (in OperatorCall c) => [Instance(c)];
        table["LayerNormalization"] = static (in OperatorCall c) => Layer(c);
        table["GroupNormalization"] = static (in OperatorCall c) => [Group(c)];
    }

    /// <summary>x / sqrt(mean(x^2) + epsilon) * scale over the axes from <c>axis</c> on.</summary>
    private static Tensor Rms(in OperatorCall call)
    {
        var x = call[0];
        var axis = call.Attributes.Int("axis", -1);
        if (axis < 0) axis += x.dim();
        if (axis == x.dim() - 1 && OperatorCall.IsPlain(x) && OperatorCall.IsPlain(call[1]) && call[1].numel() == x.shape[^1]) return RmsRows(call, x);
        var inverse = x.mul(x).mean(From(x, axis), keepdim: true).add_(call.Attributes.Float("epsilon", 1e-5f)).rsqrt_();
        return x.mul(inverse).mul(call[1]);
    }

    /// <summary>The same in one pass over memory, where no gradient is needed.</summary>
    private static unsafe Tensor RmsRows(in OperatorCall call, Tensor x)
    {
        var width = checked((int)x.shape[^1]);
        var y = call.MayOverwrite(0) ? x : empty_like(x);
        RowKernels.RmsNorm((float*)TensorInterop.Address(x), (float*)TensorInterop.Address(call[1]), (float*)TensorInterop.Address(y), x.numel() / width, width,
            call.Attributes.Float("epsilon", 1e-5f), get_num_threads());
        return y;
    }

    /// <summary>
    /// (x - mean) / sqrt(variance + epsilon) * scale + bias per channel, with the stored statistics or, with <c>training_mode</c> (before set 7: without
    /// <c>is_test</c>), those of the batch; training also gives the running statistics. Before set 9 <c>spatial</c> = 0 has statistics for every element.
    /// No gradient flows to stored statistics: they are measured, not trained, and a variance that an optimiser moves may become negative.
    /// While a module is trained, nodes with stored statistics use those of the batch and report them.
    /// </summary>
    private static Tensor[] Batch(in OperatorCall call)
    {
        var (x, scale, bias, mean, variance) = (call[0], call[1], call[2], call[3].detach(), call[4].detach());
        var version = call.Node.OpsetVersion;
        var epsilon = call.Attributes.Float("epsilon", 1e-5f);
        var outputs = call.Node.Outputs.Count(output => output is not null);
        var training = version < 7 ? call.Attributes.Int("is_test", 0) == 0 : version < 14 ? outputs > 1 : call.Attributes.Int("training_mode", 0) != 0;
        if (version < 9 && call.Attributes.Int("spatial", 1) == 0)
        {
            if (training) throw call.Unsupported("statistics of the batch for every element");
            return [x.sub(mean).div(variance.add(epsilon).sqrt()).mul(scale).add(bias)];
        }
        if (!training && call.BatchStatistics is { } observer) return [OfBatch(call, x, scale, bias, epsilon, observer)];
        if (!training) return [nn.functional.batch_norm(x, mean, variance, scale, bias, training: false, eps: epsilon)];
        if (outputs > 3) throw call.Unsupported("saved statistics as outputs");
        var axes = Enumerable.Range(0, (int)x.dim()).Where(axis => axis != 1).Select(axis => (long)axis).ToArray();
        var own = x.mean(axes);
        var spread = x.var(axes, unbiased: false);
        var momentum = call.Attributes.Float("momentum", 0.9f);
        // No statistics are handed over, because libtorch would update them in place and with an unbiased variance.
        var y = nn.functional.batch_norm(x, null!, null!, scale, bias, training: true, eps: epsilon);
        return [y, mean.mul(momentum).add(own.mul(1 - momentum)), variance.mul(momentum).add(spread.mul(1 - momentum))];
    }

    /// <summary>Normalisation by the batch itself, whose mean and variance (the population's, as ONNX defines them) go to an observer.</summary>
    private static Tensor OfBatch(in OperatorCall call, Tensor x, Tensor scale, Tensor bias, double epsilon, IBatchStatistics observer)
    {
        var count = x.numel() / x.shape[1];
        if (count < 2)
            throw new EspalierException("one value per channel has no variance, so batch normalisation cannot train on it", $"node '{call.Node.Name}'", "Use larger batches, or leave out incomplete ones");
        // libtorch writes the statistics that it has computed anyway into running ones; with a momentum of 1 nothing else is in them.
        var mean = zeros_like(call[3], requires_grad: false);
        var variance = zeros_like(call[4], requires_grad: false);
        var y = nn.functional.batch_norm(x, mean, variance, scale, bias, training: true, momentum: 1, eps: epsilon);
        // A new tensor: the gradient keeps the old one.
        using (no_grad()) observer.Add(call.Node, mean, variance.mul((count - 1) / (double)count), count);
        return y;
    }

    /// <summary>Every channel of every sample by its own mean and variance: groups of one channel.</summary>
    private static Tensor Instance(in OperatorCall call) =>
        nn.functional.group_norm(call[0], call[0].shape[1], call[1], call[2], call.Attributes.Float("epsilon", 1e-5f));

    /// <summary>Normalisation over the axes from <c>axis</c> on; optional outputs are the mean and the inverse standard deviation.</summary>
    private static Tensor[] Layer(in OperatorCall call)
    {
        var (x, scale, bias) = (call[0], call[1], call.Optional(2));
        var axis = call.Attributes.Int("axis", -1);
        if (axis < 0) axis += x.dim();
        var epsilon = call.Attributes.Float("epsilon", 1e-5f);
        var shape = x.shape[(int)axis..];
        var statistics = call.Node.Outputs.Skip(1).Any(output => output is not null);
        if (!statistics && scale.shape.AsSpan().SequenceEqual(shape) && (bias is null || bias.shape.AsSpan().SequenceEqual(shape)))
            return [nn.functional.layer_norm(x, shape, scale, bias, epsilon)];
        var axes = From(x, axis);
        var mean = x.mean(axes, keepdim: true);
        var centred = x.sub(mean);
        var inverse = centred.mul(centred).mean(axes, keepdim: true).add(epsilon).rsqrt();
        var y = centred.mul(inverse).mul(scale);
        return [bias is null ? y : y.add(bias), mean, inverse];
    }

    /// <summary>Groups of channels by their own mean and variance. Scale and bias have one entry per group before operator set 21, one per channel since.</summary>
    private static Tensor Group(in OperatorCall call)
    {
        var (x, scale, bias) = (call[0], call[1], call[2]);
        var groups = call.Attributes.Int("num_groups", 0);
        if (groups <= 0 || x.shape[1] % groups != 0)
            throw new EspalierException($"{groups} groups do not divide {x.shape[1]} channels", $"node '{call.Node.Name}'");
        if (call.Node.OpsetVersion < 21)
        {
            scale = scale.repeat_interleave(x.shape[1] / groups);
            bias = bias.repeat_interleave(x.shape[1] / groups);
        }
        return nn.functional.group_norm(x, groups, scale, bias, call.Attributes.Float("epsilon", 1e-5f));
    }

    private static long[] From(Tensor x, long axis) => [.. Enumerable.Range((int)axis, (int)(x.dim() - axis)).Select(i => (long)i)];
}
