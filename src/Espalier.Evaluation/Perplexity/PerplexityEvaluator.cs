using Espalier.Data;
using Espalier.Graphs;
using Espalier.Reports;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>
/// Perplexity of a language model over windows of text: exp of the mean next-token loss, the first token of every window unpredicted, positions from 0
/// in every window. Forward passes in 32-bit floats; weights are loaded once and kept until disposal.
/// </summary>
public sealed class PerplexityEvaluator : IDisposable
{
    // Logits of this many numbers at a time (32 MiB): a whole window of a large vocabulary would take gigabytes.
    private const long LogitsAtOnce = 1 << 23;

    private readonly Value _input;
    private readonly LogitsHead _head;
    private readonly ExecutionPlan _body;
    private readonly ParameterCache _parameters;
    private readonly GraphExecutor _executor;
    private readonly long _vocabulary;

    /// <summary>Prepares a model.</summary>
    /// <param name="graph">Its graph for whole sequences: input <c>input_ids</c>, output <c>logits</c>.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="EspalierException">The graph is no language model for whole sequences, or has operators that cannot be executed.</exception>
    public PerplexityEvaluator(Graph graph, Device device)
    {
        _input = graph.Inputs.FirstOrDefault(input => input.Name == "input_ids")
            ?? throw new EspalierException("the graph has no input 'input_ids', so it is no language model", graph.Name, "Use a model that predicts tokens");
        _head = new LogitsHead(graph);
        _body = ExecutionPlan.Create(graph, [_input], [_head.Hidden]);
        _vocabulary = graph.Values["logits"].Shape?[^1].Size ?? 1 << 16;
        _parameters = new ParameterCache(device);
        _executor = new GraphExecutor(_parameters);
    }

    /// <summary>Evaluates windows one after the other.</summary>
    /// <param name="windows">At least one window of at least two tokens.</param>
    /// <param name="progress">Told after every window.</param>
    /// <param name="cancellation">Checked before every window.</param>
    /// <exception cref="EspalierException">A loss is not a number.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public PerplexityReport Evaluate(TokenRows windows, IProgress<PerplexityProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (windows.Length < 2) throw new UsageException($"a window of {windows.Length} token predicts nothing", "--window", "Use a window of at least 2 tokens");
        if (windows.Count == 0) throw new UsageException("there are no windows to evaluate", "--windows", "Use a longer text");
        var losses = new double[windows.Count];
        var sum = 0.0;
        for (var i = 0; i < losses.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            losses[i] = WindowLoss(windows.ToInt64(i, 1));
            if (!double.IsFinite(losses[i]))
            {
                throw new EspalierException("the loss is not a number: the model's outputs hold NaN or infinity", $"window {i}",
                    "Check the weights with 'espalier verify'");
            }
            sum += losses[i];
            progress?.Report(new PerplexityProgress(i + 1, losses.Length, Math.Exp(sum / ((i + 1L) * (windows.Length - 1)))));
        }
        var tokens = (long)losses.Length * (windows.Length - 1);
        return new PerplexityReport
        {
            Perplexity = Math.Exp(sum / tokens),
            MeanLoss = sum / tokens,
            Window = windows.Length,
            Stride = windows.Length,
            Windows = losses.Length,
            Tokens = tokens,
            WindowLosses = losses,
            Arithmetic = Arithmetic.Describe(_parameters.Device),
            Data = windows.Protocol,
        };
    }

    /// <summary>Releases the weights.</summary>
    public void Dispose() => _parameters.Dispose();

    /// <summary>Sum of the next-token losses of one window, in nats.</summary>
    private double WindowLoss(long[] ids)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var input = tensor(ids, [1, ids.Length], ScalarType.Int64).to(_parameters.Device);
        // What the executor returns belongs to no scope.
        using var hidden = _executor.Run(_body, new Dictionary<Value, Tensor> { [_input] = input })[0];
        var predictions = ids.Length - 1;
        var step = (int)Math.Clamp(LogitsAtOnce / _vocabulary, 1, predictions);
        var sum = 0.0;
        for (var start = 0; start < predictions; start += step)
        {
            using var chunk = NewDisposeScope();
            var rows = Math.Min(step, predictions - start);
            // If nothing could be split off, "hidden" are the logits already and the head passes them through.
            using var logits = _head.Run(_executor, hidden.narrow(1, start, rows));
            var targets = input.squeeze(0).narrow(0, start + 1, rows);
            // Losses of single tokens in 32 bits, their sum in 64.
            sum += nn.functional.cross_entropy(logits.squeeze(0), targets, reduction: nn.Reduction.None).to(ScalarType.Float64).sum().item<double>();
        }
        return sum;
    }
}
