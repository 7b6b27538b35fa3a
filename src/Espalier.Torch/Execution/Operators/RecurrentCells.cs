using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>One step of a recurrent operator for one direction.</summary>
/// <param name="projected">The input of the step times the input weights, with their bias: [batch, gates * hidden].</param>
/// <param name="hidden">Hidden state [batch, hidden].</param>
/// <param name="cell">Cell state [batch, hidden]; null but for LSTM.</param>
internal delegate (Tensor Hidden, Tensor? Cell) RecurrentStep(Tensor projected, Tensor hidden, Tensor? cell);

/// <summary>The equations of RNN, GRU and LSTM as the ONNX specification states them.</summary>
internal static class RecurrentCells
{
    /// <summary>The step of a direction, with the bias that belongs to the input projection.</summary>
    public static (RecurrentStep Step, Tensor? InputBias) Of(in OperatorCall call, int direction)
    {
        var weights = call[2].select(0, direction).t();
        var size = weights.shape[0];
        var bias = call.Optional(3)?.select(0, direction);
        var gates = call[1].shape[1];
        var inputBias = bias?.narrow(0, 0, gates);
        var hiddenBias = bias?.narrow(0, gates, gates);
        var limit = call.Attributes.Float("clip", 0);
        Tensor Clip(Tensor x) => limit > 0 ? x.clamp(-limit, limit) : x;
        return call.Node.OpType switch
        {
            "RNN" => (Rnn(call, direction, weights, hiddenBias, Clip), inputBias),
            "GRU" => (Gru(call, direction, weights, hiddenBias, size, Clip), inputBias),
            _ => (Lstm(call, direction, weights, hiddenBias, size, Clip), inputBias),
        };
    }

    private static RecurrentStep Rnn(in OperatorCall call, int direction, Tensor weights, Tensor? bias, Func<Tensor, Tensor> clip)
    {
        var f = RecurrentActivations.Of(call, direction, "Tanh")[0];
        return (projected, hidden, _) => (f(clip(projected.add(Biased(hidden.matmul(weights), bias)))), null);
    }

    /// <summary>Gates in the order z, r, h.</summary>
    private static RecurrentStep Gru(in OperatorCall call, int direction, Tensor weights, Tensor? bias, long size, Func<Tensor, Tensor> clip)
    {
        var functions = RecurrentActivations.Of(call, direction, "Sigmoid", "Tanh");
        var (f, g) = (functions[0], functions[1]);
        var resetAfterProduct = call.Attributes.Int("linear_before_reset", 0) != 0;
        return (projected, hidden, _) =>
        {
            var recurrent = resetAfterProduct ? Biased(hidden.matmul(weights), bias) : Biased(hidden.matmul(weights.narrow(1, 0, 2 * size)), bias?.narrow(0, 0, 2 * size));
            var both = f(clip(projected.narrow(1, 0, 2 * size).add(recurrent.narrow(1, 0, 2 * size))));
            var update = both.narrow(1, 0, size);
            var reset = both.narrow(1, size, size);
            var proposed = resetAfterProduct
                ? reset.mul(recurrent.narrow(1, 2 * size, size))
                : Biased(reset.mul(hidden).matmul(weights.narrow(1, 2 * size, size)), bias?.narrow(0, 2 * size, size));
            var candidate = g(clip(projected.narrow(1, 2 * size, size).add(proposed)));
            return (candidate.add(update.mul(hidden.sub(candidate))), null);
        };
    }

    /// <summary>Gates in the order i, o, f, c; peepholes in the order i, o, f.</summary>
    private static RecurrentStep Lstm(in OperatorCall call, int direction, Tensor weights, Tensor? bias, long size, Func<Tensor, Tensor> clip)
    {
        var functions = RecurrentActivations.Of(call, direction, "Sigmoid", "Tanh", "Tanh");
        var (f, g, h) = (functions[0], functions[1], functions[2]);
        var peepholes = call.Optional(7)?.select(0, direction);
        var coupled = call.Attributes.Int("input_forget", 0) != 0;
        return (projected, hidden, cell) =>
        {
            var sum = projected.add(Biased(hidden.matmul(weights), bias));
            Tensor Gate(int index, Tensor state)
            {
                var part = sum.narrow(1, index * size, size);
                return f(clip(peepholes is null ? part : part.add(peepholes.narrow(0, index * size, size).mul(state))));
            }
            var input = Gate(0, cell!);
            var forget = coupled ? input.neg().add(1) : Gate(2, cell!);
            var next = forget.mul(cell!).add(input.mul(g(clip(sum.narrow(1, 3 * size, size)))));
            return (Gate(1, next).mul(h(next)), next);
        };
    }

    private static Tensor Biased(Tensor x, Tensor? bias) => bias is null ? x : x.add(bias);
}
