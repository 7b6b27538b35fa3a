using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Branches and loops. Their bodies are graphs that may read values of the graphs around them; gradients flow through what was executed.</summary>
internal static class ControlFlowOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["If"] = static (in OperatorCall c) => c.RunBody(c.Body(IsTrue(c[0]) ? "then_branch" : "else_branch"), []);
        table["Loop"] = static (in OperatorCall c) => Loop(c);
        table["Scan"] = static (in OperatorCall c) => ScanOperator.Run(c);
    }

    private static bool IsTrue(Tensor condition) => condition.reshape(-1).cpu().item<bool>();

    /// <summary>
    /// Inputs: largest number of iterations, first condition (either may be missing), carried values. The body maps iteration number, condition and
    /// carried values to condition, carried values and values that are stacked over the iterations.
    /// </summary>
    private static Tensor[] Loop(in OperatorCall call)
    {
        var body = call.Body("body");
        var most = call.Optional(0) is null ? long.MaxValue : call.Integers(0)[0];
        var going = call.Optional(1) is not { } first || IsTrue(first);
        var carried = call.Inputs.Skip(2).Select(static input => input!).ToArray();
        var stacks = Enumerable.Range(0, body.Outputs.Count - 1 - carried.Length).Select(static _ => new List<Tensor>()).ToArray();
        for (var i = 0L; i < most && going; i++)
        {
            using var iteration = tensor(i, ScalarType.Int64);
            using var condition = tensor(going);
            var results = call.RunBody(body, [iteration, condition, .. carried]);
            going = IsTrue(results[0]);
            // Long loops must not keep the states of all iterations; autograd holds what it needs by itself.
            if (i > 0) Array.ForEach(carried, static old => old.Dispose());
            carried = results[1..(1 + carried.Length)];
            for (var j = 0; j < stacks.Length; j++) stacks[j].Add(results[1 + carried.Length + j]);
        }
        return [.. carried, .. stacks.Select((values, j) => values.Count > 0 ? stack(values, 0) : NoIterations(body.Outputs[1 + carried.Length + j]))];
    }

    /// <summary>The empty stack of a loop that did not run: only the body's declaration tells type and shape.</summary>
    private static Tensor NoIterations(Graphs.Value output)
    {
        var shape = output.Shape?.Select(static dim => dim.Size ?? 0) ?? [];
        return zeros([0, .. shape], TensorInterop.ComputationType(output.ElementType ?? Tensors.ElementType.F32));
    }
}
