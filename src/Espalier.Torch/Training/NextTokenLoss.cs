using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>The loss of causal language models: mean cross-entropy in nats of the next token.</summary>
public static class NextTokenLoss
{
    /// <summary>Loss of given targets.</summary>
    /// <param name="logits">[batch, sequence, vocabulary].</param>
    /// <param name="targets">The id that each position should predict, [batch, sequence], 64-bit integers.</param>
    /// <returns>A scalar.</returns>
    public static Tensor OfTargets(Tensor logits, Tensor targets) =>
        nn.functional.cross_entropy(logits.reshape(-1, logits.shape[^1]), targets.reshape(-1));

    /// <summary>Loss of position t predicting the id at t + 1, over all rows; the last position predicts nothing.</summary>
    /// <param name="logits">[batch, sequence, vocabulary].</param>
    /// <param name="ids">[batch, sequence], 64-bit integers.</param>
    /// <returns>A scalar.</returns>
    public static Tensor OfSequence(Tensor logits, Tensor ids)
    {
        var length = ids.shape[1] - 1;
        return OfTargets(logits.narrow(1, 0, length), ids.narrow(1, 1, length));
    }
}
