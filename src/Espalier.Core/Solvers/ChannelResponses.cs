using System.Numerics.Tensors;
using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// Builds the LASSO of channel pruning (He, Zhang and Sun, ICCV 2017, equation 1) from sampled patches: column i of Z is X_i W_i^T, what channel i alone adds
/// to the outputs, a row for every sample and output. Z is summed into G and q as it is made, a few samples at a time, and never stored.
/// </summary>
public sealed class ChannelResponses
{
    private const int SamplesAtOnce = 16;
    private readonly DoubleMatrix _weight;
    private readonly int _taps;
    private readonly Moments _moments;

    /// <summary>Responses of no sample yet.</summary>
    /// <param name="weight">The consumer, outputs x (channels taps), taps of a channel next to each other (the layout of unfold).</param>
    /// <param name="taps">Inputs of a channel: kh kw, or 1 for a linear layer.</param>
    /// <param name="settings">Threads; one by default.</param>
    /// <exception cref="UsageException">The inputs are no whole channels.</exception>
    public ChannelResponses(DoubleMatrix weight, int taps, KernelSettings? settings = null)
    {
        if (taps < 1 || weight.Columns % taps != 0) throw new UsageException($"{weight.Columns} inputs are no whole channels of {taps} taps");
        _weight = weight;
        _taps = taps;
        _moments = new(weight.Columns / taps, 1, settings);
    }

    /// <summary>Adds samples.</summary>
    /// <param name="patches">Rows of inputs, channels x taps each: the patch of the consumer's input at one output position.</param>
    /// <param name="targets">As many rows of outputs: what the consumer shall give there, without its bias.</param>
    /// <exception cref="UsageException">The lengths do not belong together.</exception>
    public void Add(ReadOnlySpan<float> patches, ReadOnlySpan<float> targets)
    {
        int inputs = _weight.Columns, outputs = _weight.Rows, channels = inputs / _taps;
        var samples = patches.Length / inputs;
        if (samples * inputs != patches.Length || (long)samples * outputs != targets.Length)
            throw new UsageException($"{patches.Length} patch values and {targets.Length} target values are not the same number of rows of {inputs} and {outputs}");
        var z = new double[SamplesAtOnce * outputs * channels];
        var y = new double[SamplesAtOnce * outputs];
        var patch = new double[inputs];
        for (var first = 0; first < samples; first += SamplesAtOnce)
        {
            var count = Math.Min(SamplesAtOnce, samples - first);
            for (var s = 0; s < count; s++)
            {
                TensorPrimitives.ConvertChecked(patches.Slice((first + s) * inputs, inputs), patch);
                for (var k = 0; k < outputs; k++) Respond(patch, _weight.Row(k), z.AsSpan(((s * outputs) + k) * channels, channels));
            }
            TensorPrimitives.ConvertChecked(targets.Slice(first * outputs, count * outputs), y);
            _moments.Add(z.AsSpan(0, count * outputs * channels), y.AsSpan(0, count * outputs));
        }
    }

    /// <summary>The problem of all samples so far.</summary>
    /// <exception cref="EspalierException">No samples, or numbers that are not finite.</exception>
    public LassoProblem ToProblem(string? layer = null) => LassoProblem.FromMoments(_moments, layer);

    private void Respond(double[] patch, ReadOnlySpan<double> weights, Span<double> row)
    {
        if (_taps == 1)
        {
            TensorPrimitives.Multiply(patch, weights, row);
            return;
        }
        for (var i = 0; i < row.Length; i++)
        {
            var sum = 0.0;
            for (var t = i * _taps; t < (i + 1) * _taps; t++) sum += patch[t] * weights[t];
            row[i] = sum;
        }
    }
}
