using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Scan: a body is applied to slices of inputs one after the other, and its outputs are stacked.</summary>
internal static class ScanOperator
{
    /// <summary>Inputs: states, then tensors to scan. In operator set 8 sequence lengths come first, and all tensors have a batch axis in front.</summary>
    public static Tensor[] Run(in OperatorCall call)
    {
        var scanned = checked((int)call.Attributes.Int("num_scan_inputs", 0));
        if (call.Node.OpsetVersion < 9) return Batched(call, scanned);
        var states = call.Inputs[..^scanned].Select(static input => input!).ToArray();
        var axes = call.Attributes.Ints("scan_input_axes") ?? new long[scanned];
        var backward = call.Attributes.Ints("scan_input_directions") ?? new long[scanned];
        var inputs = call.Inputs[^scanned..].Select((input, i) => Oriented(input!.movedim([axes[i]], [0]), backward[i])).ToArray();
        var results = Sequence(call, states, inputs);
        var outputs = results.Length - states.Length;
        var outputAxes = call.Attributes.Ints("scan_output_axes") ?? new long[outputs];
        var outputBackward = call.Attributes.Ints("scan_output_directions") ?? new long[outputs];
        for (var i = 0; i < outputs; i++)
        {
            var stacked = Oriented(results[states.Length + i], outputBackward[i]);
            results[states.Length + i] = stacked.movedim([0], [outputAxes[i]]);
        }
        return results;
    }

    private static Tensor Oriented(Tensor sequence, long backward) => backward == 0 ? sequence : sequence.flip([0L]);

    /// <summary>One sequence: states and inputs with the scanned axis in front; the states at the end, and the stacked outputs.</summary>
    private static Tensor[] Sequence(in OperatorCall call, Tensor[] states, Tensor[] inputs)
    {
        var body = call.Body("body");
        var count = states.Length;
        var length = inputs[0].shape[0];
        var stacks = Enumerable.Range(0, body.Outputs.Count - count).Select(static _ => new List<Tensor>()).ToArray();
        for (var t = 0L; t < length; t++)
        {
            var results = call.RunBody(body, [.. states, .. inputs.Select(input => input.select(0, t))]);
            // Long scans must not keep the states of all steps; autograd holds what it needs by itself.
            if (t > 0) Array.ForEach(states, static old => old.Dispose());
            states = results[..count];
            for (var i = 0; i < stacks.Length; i++) stacks[i].Add(results[count + i]);
        }
        if (length == 0 && stacks.Length > 0) throw new EspalierException("Scan over a sequence without elements has outputs of unknown shape", $"node '{call.Node.Name}'");
        return [.. states, .. stacks.Select(static values => stack(values, 0))];
    }

    /// <summary>Operator set 8: batch entries one after the other, each up to its length; what is behind the length is zero.</summary>
    private static Tensor[] Batched(in OperatorCall call, int scanned)
    {
        var batch = call[call.Inputs.Length - 1].shape[0];
        var longest = call[call.Inputs.Length - 1].shape[1];
        var lengths = call.Optional(0) is null ? [.. Enumerable.Repeat(longest, checked((int)batch))] : call.Integers(0);
        var backward = call.Attributes.Ints("directions") ?? new long[scanned];
        var stateCount = call.Inputs.Length - 1 - scanned;
        var entries = new List<Tensor[]>();
        for (var entry = 0; entry < batch; entry++)
        {
            var own = new Tensor[stateCount];
            for (var i = 0; i < stateCount; i++) own[i] = call[1 + i].select(0, entry);
            var inputs = new Tensor[scanned];
            for (var i = 0; i < scanned; i++) inputs[i] = Oriented(call[1 + stateCount + i].select(0, entry).narrow(0, 0, lengths[entry]), backward[i]);
            var results = Sequence(call, own, inputs);
            for (var i = stateCount; i < results.Length; i++)
            {
                var missing = longest - results[i].shape[0];
                if (missing > 0) results[i] = cat([results[i], zeros([missing, .. results[i].shape[1..]], results[i].dtype, results[i].device)], 0);
            }
            entries.Add(results);
        }
        return [.. Enumerable.Range(0, entries[0].Length).Select(i => stack(entries.Select(results => results[i]), 0))];
    }
}
