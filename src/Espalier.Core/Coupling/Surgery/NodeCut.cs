using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Coupling.Surgery;

/// <summary>Copies one node into the cut graph, with the inputs and attributes that its new sizes need.</summary>
internal sealed class NodeCut(GraphCopy copy, CutSizes sizes, Node node)
{
    private readonly List<Value?> _inputs = [.. node.Inputs.Select(input => input is null ? null : copy.Map(input))];
    private NodeAttributes _attributes = node.Attributes;

    /// <summary>Adds the node to the copy.</summary>
    public void Apply()
    {
        switch (node.OpType)
        {
            case "Reshape":
                PatchShape(1, Output, keepsZeroAndOpen: true);
                break;
            case "Expand":
                PatchExpand();
                break;
            case "ConstantOfShape":
                PatchShape(0, Output, keepsZeroAndOpen: false);
                break;
            case "Split":
                PatchSplit();
                break;
            case "Slice":
                PatchSlice();
                break;
            case "Gather":
                PatchGather();
                break;
            case "Pad":
                PatchPads();
                break;
            case "Resize":
                PatchShape(3, Output, keepsZeroAndOpen: false);
                break;
            case "Conv" or "ConvInteger" or "FusedConv":
                PatchGroups(0, 1);
                break;
            case "QLinearConv":
                PatchGroups(0, 3);
                break;
            case "ConvTranspose" when node.Attributes.Int("group", 1) > 1:
                SetInt("group", Fixed(Output, 1) / Fixed(node.Input(1), 1));
                break;
            case "LSTM" or "GRU" or "RNN":
                SetInt("hidden_size", Fixed(node.Input(2), 2));
                break;
            case "GroupNormalization" when sizes.IsCut(node.Input(0), 1):
                SetInt("num_groups", Blocks(node.Input(0), 1, node.Attributes.Int("num_groups", 1)));
                break;
            case "Attention":
                PatchAttention();
                break;
            case "RotaryEmbedding":
                PatchRotary();
                break;
        }
        if (IsFactorFromSize(out var constant)) copy.Set(Output, constant);
        else copy.Add(node, _inputs, _attributes);
    }

    private Value Output => node.Output;

    private long Fixed(Value value, int axis) => sizes.Size(value, axis).Size
        ?? throw new EspalierException($"the size of axis {axis} of '{value.Name}' is not known", node.ToString());

    /// <summary>Blocks of an axis of which anything is left, for example heads.</summary>
    private long Blocks(Value value, int axis, long count)
    {
        var kept = sizes.KeptFlags(value, axis);
        var block = kept.Length / checked((int)count);
        return Enumerable.Range(0, (int)count).Count(i => kept.AsSpan(i * block, block).Contains(true));
    }

    private void SetInt(string name, long value)
    {
        if (node.Attributes.Contains(name) && node.Attributes.Int(name, value) == value) return;
        Replace(name, value);
    }

    private void Replace(string name, object value)
    {
        var changed = new NodeAttributes();
        foreach (var (key, old) in _attributes)
        {
            if (key != name) changed.AddOpaque(key, old);
        }
        changed.AddOpaque(name, value);
        _attributes = changed;
    }

    private void PatchShape(int input, Value output, bool keepsZeroAndOpen)
    {
        if (input >= _inputs.Count || _inputs[input] is null || output.Shape is null) return;
        var wanted = new Dim?[output.Shape.Count];
        for (var axis = 0; axis < wanted.Length; axis++)
        {
            if (sizes.IsCut(output, axis)) wanted[axis] = sizes.Size(output, axis);
        }
        Patch(input, wanted, keepsZeroAndOpen);
    }

    /// <summary>Targets of 1 leave an axis as it is; the target may be shorter or longer than the input.</summary>
    private void PatchExpand()
    {
        var shape = Output.Shape!;
        var own = node.Input(0).Shape!;
        if (_inputs[1]!.Contents is not { } contents) return;
        var wanted = new Dim?[contents.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            var axis = shape.Count - contents.Count + i;
            var source = axis - (shape.Count - own.Count);
            if (axis < 0 || !sizes.IsCut(Output, axis)) continue;
            if (contents[i].Size == 1 && source >= 0 && sizes.IsCut(node.Input(0), source)) continue;
            wanted[i] = sizes.Size(Output, axis);
        }
        Patch(1, wanted, keepsZeroAndOpen: false);
    }

    private void PatchSplit()
    {
        var axis = Axis(node.Attributes.Int("axis", 0), node.Input(0).Shape!.Count);
        if (!sizes.IsCut(node.Input(0), axis)) return;
        var parts = node.Outputs.Select(output => output is null ? throw new EspalierException("a part of a split axis has no name", node.ToString()) : Fixed(output, axis)).ToArray();
        if (node.OpsetVersion < 13)
        {
            Replace("split", parts);
            return;
        }
        if (node.OptionalInput(1) is null && parts.All(part => part == parts[0])) return;
        var constant = Constant("split", parts);
        if (_attributes.Contains("num_outputs"))
        {
            var rest = new NodeAttributes();
            foreach (var (key, old) in _attributes.Where(pair => pair.Key != "num_outputs")) rest.AddOpaque(key, old);
            _attributes = rest;
        }
        SetInput(1, constant);
    }

    private void PatchSlice()
    {
        var x = node.Input(0);
        var starts = Original("starts", 1);
        var axes = Original("axes", 3) ?? (starts is null ? null : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)]);
        if (axes is null || starts is null) return;
        var (first, last) = (new Dim?[axes.Length], new Dim?[axes.Length]);
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = Axis(axes[i], x.Shape!.Count);
            if (!sizes.IsCut(x, axis)) continue;
            var kept = sizes.KeptFlags(x, axis);
            var start = checked((int)Math.Clamp(starts[i] < 0 ? starts[i] + kept.Length : starts[i], 0, kept.Length));
            var length = checked((int)Output.Shape![axis].Size!.Value);
            first[i] = kept.Take(start).Count(flag => flag);
            last[i] = first[i]!.Value + kept.Skip(start).Take(length).Count(flag => flag);
        }
        PatchInts("starts", 1, first);
        PatchInts("ends", 2, last);
    }

    private long[]? Original(string attribute, int input) => node.Attributes.Ints(attribute) ?? node.OptionalInput(input)?.Contents?.ToFixed();

    private void PatchInts(string attribute, int input, Dim?[] wanted)
    {
        if (node.Attributes.Ints(attribute) is not { } old)
        {
            Patch(input, wanted, keepsZeroAndOpen: false);
            return;
        }
        Replace(attribute, old.Select((value, i) => wanted[i]?.Size ?? value).ToArray());
    }

    /// <summary>A range of constant indices on a cut axis.</summary>
    private void PatchGather()
    {
        var x = node.Input(0);
        var axis = Axis(node.Attributes.Int("axis", 0), x.Shape!.Count);
        if (!sizes.IsCut(x, axis) || node.Input(1).Contents?.ToFixed() is not { } indices) return;
        var kept = sizes.KeptFlags(x, axis);
        var places = new List<long>();
        foreach (var index in indices)
        {
            if (kept[index]) places.Add(kept.Take((int)index).Count(flag => flag));
        }
        SetInput(1, Constant("indices", [.. places], node.Input(1).ElementType ?? ElementType.I64));
    }

    private void PatchPads()
    {
        var x = node.Input(0);
        var pads = Original("pads", 1);
        var axes = (node.OptionalInput(3) is null ? null : node.Input(3).Contents?.ToFixed()) ?? [.. Enumerable.Range(0, x.Shape!.Count).Select(axis => (long)axis)];
        if (pads is null) return;
        var wanted = new Dim?[pads.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = Axis(axes[i], x.Shape!.Count);
            var (before, after) = ((int)pads[i], (int)pads[i + axes.Length]);
            if (!sizes.IsCut(Output, axis) || (before == 0 && after == 0)) continue;
            var kept = sizes.KeptFlags(Output, axis);
            wanted[i] = kept.Take(before).Count(flag => flag);
            wanted[i + axes.Length] = kept.TakeLast(after).Count(flag => flag);
        }
        PatchInts("pads", 1, wanted);
    }

    private void PatchGroups(int input, int weight)
    {
        if (node.Attributes.Int("group", 1) > 1) SetInt("group", Fixed(node.Input(input), 1) / Fixed(node.Input(weight), 1));
    }

    /// <summary>Head counts follow; the scale stays that of the original head size.</summary>
    private void PatchAttention()
    {
        var (q, k) = (node.Input(0), node.Input(1));
        var flat = q.Shape!.Count == 3;
        var heads = flat ? node.Attributes.Int("q_num_heads", 1) : 1;
        var shared = flat ? node.Attributes.Int("kv_num_heads", 1) : 1;
        var width = k.Shape![^1].Size!.Value / shared;
        if (flat && sizes.IsCut(q, 2)) SetInt("q_num_heads", Blocks(q, 2, heads));
        if (flat && (sizes.IsCut(k, 2) || sizes.IsCut(node.Input(2), 2))) SetInt("kv_num_heads", Math.Max(Blocks(k, 2, shared), Blocks(node.Input(2), 2, shared)));
        if (!node.Attributes.Contains("scale") && sizes.IsCut(k, k.Shape.Count - 1)) Replace("scale", 1f / MathF.Sqrt(width));
    }

    private void PatchRotary()
    {
        var x = node.Input(0);
        var flat = x.Shape!.Count == 3;
        var last = x.Shape.Count - 1;
        if (!sizes.IsCut(x, last)) return;
        if (flat) SetInt("num_heads", Blocks(x, last, node.Attributes.Int("num_heads", 1)));
        if (node.Attributes.Int("rotary_embedding_dim", 0) > 0) SetInt("rotary_embedding_dim", 2 * Fixed(node.Input(1), node.Input(1).Shape!.Count - 1));
    }

    /// <summary>
    /// A factor that is computed from a size, such as the root of the head width, keeps its value when the size shrinks: the trained
    /// weights are made for it.
    /// </summary>
    private bool IsFactorFromSize(out Value constant)
    {
        constant = null!;
        if (node.OpType != "Cast" || node.Output.ElementType != ElementType.F32) return false;
        if (node.Input(0).Contents?.ToFixed() is not { } old || _inputs[0]!.Contents?.ToFixed() is not { } now || old.SequenceEqual(now)) return false;
        var shape = node.Input(0).Shape is { Count: 0 } ? new TensorShape() : new TensorShape(old.Length);
        constant = copy.Constant($"{node.Name}.value", ArrayTensorData.FromSingles(shape, [.. old.Select(value => (float)value)]));
        return true;
    }

    /// <summary>Makes an input hold wanted sizes; elements without a wish stay, also those that the run computes.</summary>
    private void Patch(int input, Dim?[] wanted, bool keepsZeroAndOpen)
    {
        var now = _inputs[input]!;
        var contents = now.Contents;
        var differs = new bool[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] is not { } size) continue;
            if (contents is not null && (contents[i] == size || (keepsZeroAndOpen && contents[i].Size is 0 or -1))) continue;
            differs[i] = true;
        }
        if (!differs.Contains(true)) return;
        if (contents?.ToFixed() is { } numbers)
        {
            SetInput(input, Constant("shape", [.. numbers.Select((number, i) => differs[i] ? Wish(wanted[i]!.Value, numbers, keepsZeroAndOpen) : number)], now.ElementType ?? ElementType.I64));
            return;
        }
        if (now.ElementType != ElementType.I64) throw new EspalierException("a shape that the run computes cannot be rewritten", node.ToString());
        var mask = copy.Constant(copy.FreeName($"{node.Name}.cut"), ArrayTensorData.Create<byte>(ElementType.Bool, new TensorShape(wanted.Length), [.. differs.Select(flag => flag ? (byte)1 : (byte)0)]));
        var replacement = Constant("shape", [.. wanted.Select((size, i) => differs[i] ? Wish(size!.Value, [], keepsZeroAndOpen) : 1)]);
        var choice = copy.Target.AddNode(copy.FreeName($"{node.Name}.patched"), "Where", node.Scope, [mask, replacement, now], [copy.FreeName($"{node.Name}.patched:out")], NodeAttributes.None);
        SetInput(input, choice.Output);
    }

    /// <summary>A size as a number; one that depends on the run is left open where a reshape may work it out.</summary>
    private long Wish(Dim size, long[] others, bool mayBeOpen) => size.Size
        ?? (mayBeOpen && !others.Contains(-1) ? -1 : throw new EspalierException($"the size {size} is known at run time only and cannot be written into a shape", node.ToString()));

    private Value Constant(string what, long[] values, ElementType type = ElementType.I64)
    {
        var shape = new TensorShape(values.Length);
        return copy.Constant($"{node.Name}.{what}", type == ElementType.I32
            ? ArrayTensorData.Create<int>(type, shape, [.. values.Select(value => checked((int)value))]) : ArrayTensorData.FromInt64(shape, values));
    }

    private void SetInput(int input, Value value)
    {
        while (_inputs.Count <= input) _inputs.Add(null);
        _inputs[input] = value;
    }

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);
}
