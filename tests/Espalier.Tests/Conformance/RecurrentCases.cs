using Espalier.Tensors;

namespace Espalier.Tests.Conformance;

/// <summary>RNN, GRU and LSTM in every combination of direction, optional inputs and attributes.</summary>
internal static class RecurrentCases
{
    private const long Length = 4;
    private const long Batch = 3;
    private const long Width = 2;
    private const long Hidden = 3;

    public static IEnumerable<OperatorCase> All()
    {
        foreach (var name in new[] { "RNN", "GRU", "LSTM" })
        {
            foreach (var direction in new[] { "forward", "reverse", "bidirectional" })
            {
                foreach (var bias in new[] { false, true })
                {
                    foreach (var lengths in new[] { false, true })
                    {
                        foreach (var initial in new[] { false, true }) yield return Case(name, direction, bias, lengths, initial);
                    }
                }
                yield return Case(name, direction, true, true, true, opset: 7);
                yield return Case(name, direction, true, true, true, opset: 22);
                yield return Case(name, direction, true, false, true, change: attributes => attributes.Add("clip", 0.3f));
                yield return BatchFirst(name, direction);
            }
            foreach (var activations in Activations(name))
            {
                yield return Case(name, "forward", true, false, true, change: attributes => attributes.Add("activations", activations));
                yield return Case(name, "bidirectional", true, true, true, change: attributes => attributes.Add("activations", [.. activations, .. activations.Reverse()]));
            }
        }
        foreach (var direction in new[] { "forward", "reverse", "bidirectional" })
        {
            foreach (var lengths in new[] { false, true })
            {
                yield return Case("GRU", direction, true, lengths, true, change: attributes => attributes.Add("linear_before_reset", 1));
                yield return Case("GRU", direction, false, lengths, true, change: attributes => attributes.Add("linear_before_reset", 1));
                yield return Case("LSTM", direction, true, lengths, true, peepholes: true);
                yield return Case("LSTM", direction, false, lengths, false, peepholes: true);
                yield return Case("LSTM", direction, true, lengths, true, change: attributes => attributes.Add("input_forget", 1));
                yield return Case("LSTM", direction, true, lengths, true, peepholes: true, change: attributes => attributes.Add("clip", 0.4f));
            }
        }
        yield return Case("RNN", "forward", true, false, true, change: attributes =>
        {
            attributes.Add("activations", ["Affine"]);
            attributes.Add("activation_alpha", [0.7f]);
            attributes.Add("activation_beta", [0.1f]);
        });
        // Without a parameter the runtime takes 0, while the operator of this name has 1.
        yield return Case("RNN", "forward", true, false, true, change: attributes =>
        {
            attributes.Add("activations", ["ThresholdedRelu"]);
            attributes.Add("activation_alpha", [0.2f]);
        });
        yield return Case("LSTM", "forward", true, false, true, change: attributes =>
        {
            attributes.Add("activations", ["HardSigmoid", "ScaledTanh", "LeakyRelu"]);
            attributes.Add("activation_alpha", [0.3f, 0.9f, 0.05f]);
            attributes.Add("activation_beta", [0.4f, 0.8f]);
        });
    }

    /// <summary>Smooth cases for gradients.</summary>
    public static IEnumerable<OperatorCase> Smooth()
    {
        foreach (var name in new[] { "RNN", "GRU", "LSTM" }) yield return Case(name, "bidirectional", true, true, true);
        yield return Case("GRU", "forward", true, false, true, change: attributes => attributes.Add("linear_before_reset", 1));
        yield return Case("LSTM", "reverse", true, false, true, peepholes: true);
    }

    private static IEnumerable<string[]> Activations(string name)
    {
        if (name == "RNN") return new[] { "Relu", "Sigmoid", "Softsign", "Softplus", "Elu", "HardSigmoid", "LeakyRelu" }.Select(one => new[] { one });
        return name == "GRU" ? [["Sigmoid", "Relu"], ["HardSigmoid", "Softsign"]] : [["Sigmoid", "Relu", "Tanh"], ["HardSigmoid", "Tanh", "Sigmoid"]];
    }

    private static OperatorCase Case(
        string name, string direction, bool bias, bool lengths, bool initial, int opset = 14, bool peepholes = false, Action<Graphs.NodeAttributes>? change = null)
    {
        var (gates, directions) = (name switch { "RNN" => 1, "GRU" => 3, _ => 4 }, direction == "bidirectional" ? 2 : 1);
        var inputs = new List<CaseInput?>
        {
            Draw.Floats(Length, Batch, Width),
            Draw.Between(-1, 1, directions, gates * Hidden, Width).Stored(),
            Draw.Between(-1, 1, directions, gates * Hidden, Hidden).Stored(),
            bias ? Draw.Between(-1, 1, directions, 2 * gates * Hidden).Stored() : null,
            lengths ? Draw.Given(ElementType.I32, [Batch], 4, 2, 3) : null,
            initial ? Draw.Between(-1, 1, directions, Batch, Hidden) : null,
        };
        if (name == "LSTM") inputs.Add(initial ? Draw.Between(-1, 1, directions, Batch, Hidden) : null);
        if (peepholes) inputs.Add(Draw.Between(-1, 1, directions, 3 * Hidden).Stored());
        var result = new OperatorCase(name, opset, [.. inputs])
        {
            Attributes = { { "hidden_size", Hidden }, { "direction", direction } },
            Outputs = name == "LSTM" ? 3 : 2,
            Tolerance = ToleranceClass.Composed,
        };
        change?.Invoke(result.Attributes);
        return result;
    }

    /// <summary>Layout 1, which the runtime refuses: the truth is its result for layout 0 with axes swapped.</summary>
    private static OperatorCase BatchFirst(string name, string direction)
    {
        var plain = Case(name, direction, true, false, true);
        return new OperatorCase(name, 14, [.. plain.Inputs.Select((input, i) => i is 0 or 5 or 6 && input is not null ? Swapped(input) : input)])
        {
            Attributes = { { "hidden_size", Hidden }, { "direction", direction }, { "layout", 1 } },
            Outputs = plain.Outputs,
            Tolerance = plain.Tolerance,
            RefusedByRuntime = "it has no batch-first kernels",
            Expected = inputs =>
            {
                CaseInput? Fixed(CaseInput? input, int i) => input is null ? null : input with { Make = _ => i is 0 or 5 or 6 ? Swap(inputs[i]!, 0, 1) : inputs[i]! };
                var same = new OperatorCase(name, 14, [.. plain.Inputs.Select(Fixed)]) { Attributes = plain.Attributes, Outputs = plain.Outputs };
                var outputs = RuntimeReference.Run(same.Build(out var feeds), feeds);
                // [sequence, directions, batch, hidden] becomes [batch, sequence, directions, hidden], a state [directions, batch, hidden] [batch, directions, hidden].
                return [Swap(Swap(outputs[0], 1, 2), 0, 1), .. outputs.Skip(1).Select(state => Swap(state, 0, 1))];
            },
        };
    }

    private static CaseInput Swapped(CaseInput input) => new(input.Type, [input.Shape[1], input.Shape[0], .. input.Shape[2..]], random => Swap(input.Make(random), 0, 1), input.IsInitializer);

    /// <summary>A copy with two axes exchanged, by a plain loop.</summary>
    private static TensorData Swap(TensorData data, int a, int b)
    {
        var shape = data.Shape.ToArray();
        var values = data.ToSingles();
        var target = (long[])shape.Clone();
        (target[a], target[b]) = (target[b], target[a]);
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var position = new long[shape.Length];
            var rest = (long)i;
            for (var axis = shape.Length - 1; axis >= 0; axis--) (position[axis], rest) = (rest % shape[axis], rest / shape[axis]);
            (position[a], position[b]) = (position[b], position[a]);
            var place = 0L;
            for (var axis = 0; axis < shape.Length; axis++) place = (place * target[axis]) + position[axis];
            result[place] = values[i];
        }
        return Draw.Encode(ElementType.F32, target, result);
    }
}
