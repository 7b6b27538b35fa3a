using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Loading;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Conformance;

/// <summary>
/// Runs cases in graphs where memory is reused: inputs that die at the node may be overwritten by it, and what the node gives must survive when others
/// overwrite its inputs or its other outputs. The truth is the plain run, which the conformance tests hold to ONNX Runtime.
/// </summary>
internal static class MemoryCheck
{
    /// <summary>What happens to memory around the node.</summary>
    public enum Situation
    {
        /// <summary>The inputs are computed values that nobody needs after the node.</summary>
        DyingInputs,

        /// <summary>Each input is overwritten by a subtraction after the node, if the plan allows it.</summary>
        OverwrittenInputs,

        /// <summary>The first output is overwritten by a subtraction after the node, if the plan allows it.</summary>
        OverwrittenOutput,
    }

    /// <summary>Checks all cases without bodies; the message of a failure lists every case that deviates.</summary>
    public static void Run(IEnumerable<OperatorCase> cases)
    {
        TorchRuntime.EnsureLoaded();
        var failures = from one in cases
                       where one.AddBodies is null
                       from situation in Enum.GetValues<Situation>()
                       let deviation = Deviation(one, situation)
                       where deviation is not null
                       select $"{one}, {situation}: {deviation}";
        var all = failures.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static string? Deviation(OperatorCase one, Situation situation)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var plain = one.Build(out var feeds);
        var expected = ConformanceCheck.Execute(plain, feeds);
        if (situation == Situation.OverwrittenOutput && (expected.Length < 2 || expected[0].dtype == ScalarType.Bool)) return null;
        var actual = ConformanceCheck.Execute(Rebuild(plain, situation), feeds);
        for (var i = situation == Situation.OverwrittenOutput ? 1 : 0; i < expected.Length; i++)
        {
            if (expected[i].dtype != actual[i].dtype) return $"output {i} has type {actual[i].dtype}, expected {expected[i].dtype}";
            if (!expected[i].shape.AsSpan().SequenceEqual(actual[i].shape)) return $"output {i} has another shape";
            if (TensorComparison.Difference(TensorComparison.Doubles(expected[i]), TensorComparison.Doubles(actual[i]), one.Tolerance) is { } difference) return $"output {i}: {difference}";
        }
        return null;
    }

    private static Graph Rebuild(Graph plain, Situation situation)
    {
        var graph = new Graph(plain.Name, plain.OpsetVersion);
        foreach (var (domain, version) in plain.DomainVersions) graph.DeclareDomain(domain, version);
        var copies = new Dictionary<Value, Value>();
        foreach (var input in plain.Inputs)
        {
            var fed = graph.AddInput(input.Name, input.ElementType!.Value, [.. input.Shape!]);
            // A join of one tensor is a copy, which nobody else shares; scalars cannot be joined.
            copies.Add(input, input.Shape!.Count == 0 ? fed : graph.AddNode($"{input.Name}.copy", "Concat", "", [fed], [$"{input.Name}.copied"], new NodeAttributes { { "axis", 0L } }).Output);
        }
        foreach (var parameter in plain.Parameters.Values) copies.Add(parameter.Value, graph.AddParameter(parameter.Name, parameter.Data, parameter.IsConstant).Value);
        foreach (var node in plain.Nodes)
        {
            var made = graph.AddNode(node.Name, node.OpType, "", [.. node.Inputs.Select(input => input is null ? null : copies[input])], [.. node.Outputs.Select(output => output?.Name)], node.Attributes, node.Domain);
            foreach (var (old, copy) in node.Outputs.Zip(made.Outputs))
            {
                if (old is not null) copies.Add(old, copy!);
            }
        }
        var overwritten = situation switch
        {
            Situation.OverwrittenInputs => plain.Inputs.Where(input => input.ElementType is ElementType.F32 or ElementType.I64 or ElementType.I32),
            Situation.OverwrittenOutput => plain.Outputs.Take(1),
            _ => [],
        };
        var results = plain.Outputs.Select(output => copies[output]).ToList();
        foreach (var value in overwritten.Select(value => copies[value]).ToArray())
        {
            // Doubling and taking away the double: twice the same shape, so that the subtraction may write over the value, and what is left is not the value.
            var twice = graph.AddNode($"{value.Name}.twice", "Add", "", [value, value], [$"{value.Name}.doubled"], NodeAttributes.None).Output;
            var spoilt = graph.AddNode($"{value.Name}.spoil", "Sub", "", [value, twice], [$"{value.Name}.spoilt"], NodeAttributes.None).Output;
            if (situation == Situation.OverwrittenOutput) results[0] = spoilt;
            else results.Add(spoilt);
        }
        foreach (var result in results) graph.AddOutput(result);
        return graph;
    }
}
