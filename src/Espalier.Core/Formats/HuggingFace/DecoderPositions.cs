using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Formats.HuggingFace;

/// <summary>The graph's inputs and what follows from positions alone, computed once for all blocks: rotation angles and attention masks.</summary>
internal sealed class DecoderPositions
{
    private readonly GraphBuilder _b;
    private readonly DecoderSpec _spec;
    private readonly GraphForm _form;
    private readonly Value? _attentionMask;
    private readonly Value _positionIds;
    private readonly (Value Key, Value Value)[] _past;
    private readonly Dictionary<int, Value> _masks = [];
    private (Value Cosine, Value Sine)? _angles;

    /// <summary>Adds the inputs of a form.</summary>
    public DecoderPositions(GraphBuilder builder, DecoderSpec spec, GraphForm form)
    {
        _b = builder;
        _spec = spec;
        _form = form;
        InputIds = builder.Graph.AddInput("input_ids", ElementType.I64, "batch", "sequence");
        if (form == GraphForm.Cached)
        {
            _attentionMask = builder.Graph.AddInput("attention_mask", ElementType.I64, "batch", "total_sequence");
            _positionIds = builder.Graph.AddInput("position_ids", ElementType.I64, "batch", "sequence");
            _past = [.. Enumerable.Range(0, spec.Layers).Select(layer => (PastInput(layer, "key"), PastInput(layer, "value")))];
        }
        else
        {
            _positionIds = builder.Op("Expand", [Range(builder.Int(0), Length(InputIds, 1)), builder.Op("Shape", [InputIds])]);
            _past = [];
        }
    }

    /// <summary>Token ids [batch, sequence].</summary>
    public Value InputIds { get; }

    /// <summary>The cache that enters a layer.</summary>
    public (Value Key, Value Value) Past(int layer) => _past[layer];

    /// <summary>Rotates queries or keys [batch, sequence, heads * head dim] by their positions.</summary>
    public Value Rotate(Value x, int heads)
    {
        // In the scope of no block: whichever layer comes first, the angles belong to all.
        _angles ??= _b.AtRoot(Angles);
        return _b.Op("RotaryEmbedding", [x, _angles.Value.Cosine, _angles.Value.Sine], new() { { "num_heads", heads } });
    }

    /// <summary>Which keys a query sees, as a Boolean mask; null where the causal flag of Attention says it all.</summary>
    public Value? Mask(int? window)
    {
        if (_form == GraphForm.Sequence && window is null) return null;
        if (!_masks.TryGetValue(window ?? 0, out var mask))
        {
            mask = _b.AtRoot(() => BuildMask(window));
            _masks.Add(window ?? 0, mask);
        }
        return mask;
    }

    private Value PastInput(int layer, string part) =>
        _b.Graph.AddInput($"past_key_values.{layer}.{part}", ElementType.F32, "batch", _spec.KvHeads, "past_sequence", _spec.HeadDim);

    /// <summary>cos and sin [batch, sequence, r/2] of position times frequency, times the attention factor.</summary>
    private (Value Cosine, Value Sine) Angles()
    {
        var rope = _spec.Rope;
        var positions = _b.Op("Cast", [_b.Op("Unsqueeze", [_positionIds, _b.Ints(-1)])], new() { { "to", 1L } });
        var angles = _b.Op("Mul", [positions, Frequencies()]);
        var cosine = _b.Op("Cos", [angles]);
        var sine = _b.Op("Sin", [angles]);
        if (rope.AttentionFactor == 1) return (cosine, sine);
        var factor = _b.Float((float)rope.AttentionFactor);
        return (_b.Op("Mul", [cosine, factor]), _b.Op("Mul", [sine, factor]));
    }

    private Value Frequencies()
    {
        var rope = _spec.Rope;
        if (rope.Kind is not ("dynamic" or "longrope")) return Vector("rope.inverse_frequencies", rope.Frequencies);
        // Both kinds depend on the length reached: the largest position plus one.
        var last = _b.Op("ReduceMax", [_positionIds], new() { { "keepdims", 0L } });
        var length = _b.Op("Cast", [_b.Op("Add", [last, _b.Int(1)])], new() { { "to", 1L } });
        var original = _b.Float(rope.OriginalLength);
        if (rope.Kind == "longrope")
        {
            var beyond = _b.Op("Greater", [length, original]);
            return _b.Op("Where", [beyond, Vector("rope.long_inverse_frequencies", rope.LongFrequencies!), Vector("rope.inverse_frequencies", rope.Frequencies)]);
        }
        // theta' = theta * (factor * length / original - (factor - 1)) ^ (r / (r - 2)); frequencies theta' ^ (-2i / r).
        var growth = _b.Op("Sub", [_b.Op("Mul", [_b.Op("Max", [length, original]), _b.Float((float)(rope.Factor / rope.OriginalLength))]), _b.Float((float)(rope.Factor - 1))]);
        var power = (float)(rope.Dimension / (rope.Dimension - 2.0));
        var theta = _b.Op("Mul", [_b.Op("Pow", [growth, _b.Float(power)]), _b.Float((float)rope.Theta)]);
        var exponents = Vector("rope.exponents", [.. Enumerable.Range(0, rope.Dimension / 2).Select(i => (float)(-2.0 * i / rope.Dimension))]);
        return _b.Op("Pow", [theta, exponents]);
    }

    /// <summary>[1 or batch, 1, sequence, total]: key not after the query, within the window, and not masked by the caller unless it is the query's own.</summary>
    private Value BuildMask(int? window)
    {
        var sequence = Length(InputIds, 1);
        var total = _attentionMask is null ? sequence : Length(_attentionMask, 1);
        var keys = _b.Op("Unsqueeze", [Range(_b.Int(0), total), _b.Ints(0)]);
        var queries = _b.Op("Unsqueeze", [Range(_b.Op("Sub", [total, sequence]), total), _b.Ints(1)]);
        var mask = _b.Op("LessOrEqual", [keys, queries]);
        if (window is { } width) mask = _b.Op("And", [mask, _b.Op("Greater", [keys, _b.Op("Sub", [queries, _b.Int(width)])])]);
        mask = _b.Op("Unsqueeze", [mask, _b.Ints(0, 1)]);
        if (_attentionMask is null) return mask;
        var allowed = _b.Op("Unsqueeze", [_b.Op("Cast", [_attentionMask], new() { { "to", 9L } }), _b.Ints(1, 2)]);
        // A masked query that saw no key at all would be NaN by ONNX's definition, and spread through its keys and values. It sees itself instead;
        // for every other query its own position is allowed anyway.
        var own = _b.Op("Unsqueeze", [_b.Op("Equal", [keys, queries]), _b.Ints(0, 1)]);
        return _b.Op("Or", [_b.Op("And", [mask, allowed]), own]);
    }

    private Value Length(Value x, int axis) => _b.Op("Gather", [_b.Op("Shape", [x]), _b.Int(axis)]);

    private Value Range(Value start, Value end) => _b.Op("Range", [start, end, _b.Int(1)]);

    private Value Vector(string name, float[] values) => _b.Constant(name, ArrayTensorData.FromSingles(new TensorShape(values.Length), values));
}
