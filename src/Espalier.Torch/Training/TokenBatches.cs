using Espalier.Data;

namespace Espalier.Torch.Training;

/// <summary>
/// Batches of windows from one long text. Each pass over the text shifts the windows by a random offset and takes them in random order, so every
/// token is seen once a pass and never twice in the same window. The generator is asked only at the start of a pass: its state there and the place
/// in the pass say everything.
/// </summary>
public sealed class TokenBatches
{
    private readonly int[] _tokens;
    private readonly SeededRandom _random;
    private int[] _order = [];
    private int _offset;

    /// <summary>Prepares the text.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="batchSize">Windows per batch.</param>
    /// <param name="sequenceLength">Predicted tokens per window.</param>
    /// <param name="random">Source of offsets and order.</param>
    /// <exception cref="UsageException">The text is shorter than two windows.</exception>
    public TokenBatches(int[] tokens, int batchSize, int sequenceLength, SeededRandom random)
    {
        if (tokens.Length < (2 * sequenceLength) + 1)
            throw new UsageException($"the text has {tokens.Length} tokens, but two sequences need {(2 * sequenceLength) + 1}", "training text", "Give more text or a shorter sequence length");
        _tokens = tokens;
        _random = random;
        BatchSize = batchSize;
        SequenceLength = sequenceLength;
        StartPass();
    }

    /// <summary>Windows per batch.</summary>
    public int BatchSize { get; }

    /// <summary>Predicted tokens per window.</summary>
    public int SequenceLength { get; }

    /// <summary>State of the generator at the start of the pass.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) PassState { get; private set; }

    /// <summary>Windows taken from this pass.</summary>
    public int Taken { get; private set; }

    /// <summary>The next batch: inputs and, one place further in the text, targets.</summary>
    /// <param name="inputs">Receives batch size x sequence length ids.</param>
    /// <param name="targets">Receives as many ids.</param>
    public void Next(Span<long> inputs, Span<long> targets)
    {
        for (var row = 0; row < BatchSize; row++)
        {
            if (Taken == _order.Length) StartPass();
            var start = _offset + (_order[Taken++] * SequenceLength);
            for (var i = 0; i < SequenceLength; i++)
            {
                inputs[(row * SequenceLength) + i] = _tokens[start + i];
                targets[(row * SequenceLength) + i] = _tokens[start + i + 1];
            }
        }
    }

    /// <summary>Continues where another instance over the same text stood.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place lies beyond the pass.</exception>
    public void Restore((ulong S0, ulong S1, ulong S2, ulong S3) passState, int taken)
    {
        _random.State = passState;
        StartPass();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(taken, _order.Length);
        Taken = taken;
    }

    private void StartPass()
    {
        PassState = _random.State;
        _offset = _random.NextInt32(SequenceLength);
        var count = (_tokens.Length - 1 - _offset) / SequenceLength;
        _order = _random.Distinct(count, count);
        Taken = 0;
    }
}
