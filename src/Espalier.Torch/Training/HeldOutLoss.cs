using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// Mean cross-entropy in nats of held-out tokens: windows of the training length without overlap, the last one shorter; every token but the
/// first of the text is predicted once, from its window alone.
/// </summary>
internal static class HeldOutLoss
{
    public static double Evaluate(GraphModule module, int[] tokens, int sequenceLength, int batchSize, CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        var sum = 0.0;
        var predicted = tokens.Length - 1;
        for (var start = 0; start < predicted;)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = Math.Min(sequenceLength, predicted - start);
            var rows = length == sequenceLength ? Math.Min(batchSize, (predicted - start) / sequenceLength) : 1;
            using var scope = NewDisposeScope();
            // What the executor returns belongs to no scope.
            using var logits = module.call(Slice(tokens, start, rows, length, module.Device));
            var loss = NextTokenLoss.OfTargets(logits, Slice(tokens, start + 1, rows, length, module.Device));
            sum += loss.item<float>() * (double)rows * length;
            start += rows * length;
        }
        return sum / predicted;
    }

    private static Tensor Slice(int[] tokens, int start, int rows, int length, Device device) =>
        tensor(Array.ConvertAll(tokens[start..(start + (rows * length))], id => (long)id), [rows, length], ScalarType.Int64, device);
}
