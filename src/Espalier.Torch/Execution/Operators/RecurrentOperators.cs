using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>RNN, GRU and LSTM: forward, backward and in both directions, for sequences of different lengths.</summary>
internal static class RecurrentOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["RNN"] = static (in OperatorCall c) => Run(c);
        table["GRU"] = static (in OperatorCall c) => Run(c);
        table["LSTM"] = static (in OperatorCall c) => Run(c);
    }

    /// <summary>
    /// Input [sequence, batch, width] (batch first for layout 1). Outputs: all hidden states [sequence, directions, batch, hidden], the last ones
    /// [directions, batch, hidden], and for LSTM the last cell states.
    /// </summary>
    private static Tensor[] Run(in OperatorCall call)
    {
        var batchFirst = call.Attributes.Int("layout", 0) != 0;
        var x = batchFirst ? call[0].transpose(0, 1) : call[0];
        var directions = call[1].shape[0];
        var onlyBackward = call.Attributes.String("direction", "forward") == "reverse";
        var (all, hidden, cells) = (new Tensor[directions], new Tensor[directions], new Tensor?[directions]);
        for (var i = 0; i < directions; i++) (all[i], hidden[i], cells[i]) = Direction(call, x, i, i == 1 || onlyBackward, batchFirst);
        var sequence = batchFirst ? stack(all, 2).transpose(0, 1) : stack(all, 1);
        var last = stack(hidden, batchFirst ? 1 : 0);
        return call.Node.OpType == "LSTM" ? [sequence, last, stack(cells.OfType<Tensor>(), batchFirst ? 1 : 0)] : [sequence, last];
    }

    private static (Tensor All, Tensor Hidden, Tensor? Cell) Direction(in OperatorCall call, Tensor x, int direction, bool backward, bool batchFirst)
    {
        var (length, batch) = (x.shape[0], x.shape[1]);
        var size = call[2].shape[2];
        var lengths = call.Optional(4);
        if (backward) x = Backward(x, lengths);
        Tensor State(Tensor? given) => given is null ? zeros([batch, size], x.dtype, x.device) : given.select(batchFirst ? 1 : 0, direction);
        var hidden = State(call.Optional(5));
        var cell = call.Node.OpType == "LSTM" ? State(call.Optional(6)) : null;
        var (step, inputBias) = RecurrentCells.Of(call, direction);
        // The inputs of all steps in one product.
        var projected = x.reshape(length * batch, -1).matmul(call[1].select(0, direction).t()).reshape(length, batch, -1);
        if (inputBias is not null) projected = projected.add(inputBias);
        var outputs = new Tensor[length];
        for (var t = 0; t < length; t++)
        {
            var (nextHidden, nextCell) = step(projected.select(0, t), hidden, cell);
            outputs[t] = nextHidden;
            if (lengths is not null)
            {
                // A sequence that has ended keeps its state and gives zeros.
                var running = lengths.gt(t).unsqueeze(1);
                outputs[t] = where(running, nextHidden, zeros_like(nextHidden));
                nextHidden = where(running, nextHidden, hidden);
                nextCell = nextCell is null ? null : where(running, nextCell, cell!);
            }
            (hidden, cell) = (nextHidden, nextCell);
        }
        var all = length == 0 ? zeros([0, batch, size], x.dtype, x.device) : stack(outputs, 0);
        return (backward ? Backward(all, lengths) : all, hidden, cell);
    }

    /// <summary>Time reversed, each sequence within its own length.</summary>
    private static Tensor Backward(Tensor x, Tensor? lengths) => lengths is null ? x.flip([0L]) : SliceOperators.Reverse(x, lengths, 0, 1);
}
