using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace;

/// <summary>
/// Builds the graph of a LLaMA-like decoder: pre-norm blocks of rotary grouped-query attention and a gated feed-forward. Operators are those of
/// ONNX opset 24 (RMSNormalization, RotaryEmbedding, Attention, Swish); parameters keep their Hugging Face names and [out, in] layout.
/// </summary>
internal sealed class DecoderGraph
{
    private const int Opset = 24;
    private readonly DecoderSpec _spec;
    private readonly ParameterSource _source;
    private readonly GraphForm _form;
    private readonly GraphBuilder _b;

    private DecoderGraph(string name, DecoderSpec spec, ParameterSource source, GraphForm form)
    {
        _spec = spec;
        _source = source;
        _form = form;
        _b = new GraphBuilder(name, Opset);
    }

    /// <summary>Builds the graph.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="spec">Sizes and switches.</param>
    /// <param name="source">Where parameters come from.</param>
    /// <param name="form">Whole sequences or step by step.</param>
    public static Graph Build(string name, DecoderSpec spec, ParameterSource source, GraphForm form) => new DecoderGraph(name, spec, source, form).Build();

    private Graph Build()
    {
        var graph = _b.Graph;
        var positions = new DecoderPositions(_b, _spec, _form);
        var presents = new List<Value>();
        Value embedding, hidden;
        using (_b.Scope("model"))
        {
            using (_b.Scope("embed_tokens"))
            {
                embedding = Weight("weight", _spec.VocabularySize, _spec.HiddenSize);
                hidden = _b.Op("Gather", [embedding, positions.InputIds]);
            }
            for (var layer = 0; layer < _spec.Layers; layer++)
            {
                using (_b.Scope($"layers.{layer}")) hidden = Block(hidden, layer, positions, presents);
            }
            using (_b.Scope("norm")) hidden = Norm(hidden, _spec.HiddenSize);
        }
        using (_b.Scope("lm_head"))
        {
            var head = _spec.TiedHead ? embedding : Weight("weight", _spec.VocabularySize, _spec.HiddenSize);
            graph.AddOutput(_b.NamedOp("MatMul", [hidden, Transposed(head)], ["logits"])[0]);
        }
        foreach (var present in presents) graph.AddOutput(present);
        return graph;
    }

    private Value Block(Value hidden, int layer, DecoderPositions positions, List<Value> presents)
    {
        Value normed;
        using (_b.Scope("input_layernorm")) normed = Norm(hidden, _spec.HiddenSize);
        using (_b.Scope("self_attn")) hidden = _b.Op("Add", [hidden, Attention(normed, layer, positions, presents)]);
        using (_b.Scope("post_attention_layernorm")) normed = Norm(hidden, _spec.HiddenSize);
        using (_b.Scope("mlp")) return _b.Op("Add", [hidden, FeedForward(normed)]);
    }

    private Value Attention(Value x, int layer, DecoderPositions positions, List<Value> presents)
    {
        var queryWidth = _spec.Heads * _spec.HeadDim;
        var keyWidth = _spec.KvHeads * _spec.HeadDim;
        var q = Linear(x, "q_proj", queryWidth, _spec.HiddenSize, _spec.QkvBias);
        var k = Linear(x, "k_proj", keyWidth, _spec.HiddenSize, _spec.QkvBias);
        var v = Linear(x, "v_proj", keyWidth, _spec.HiddenSize, _spec.QkvBias);
        if (_spec.QkNorm)
        {
            q = HeadNorm(q, "q_norm", queryWidth);
            k = HeadNorm(k, "k_norm", keyWidth);
        }
        if (_spec.Rotates[layer])
        {
            q = positions.Rotate(q, _spec.Heads);
            k = positions.Rotate(k, _spec.KvHeads);
        }
        var mask = positions.Mask(_spec.Windows[layer]);
        var attributes = new NodeAttributes { { "q_num_heads", _spec.Heads }, { "kv_num_heads", _spec.KvHeads }, { "is_causal", mask is null ? 1L : 0L } };
        Value mixed;
        if (_form == GraphForm.Cached)
        {
            var past = positions.Past(layer);
            var outputs = _b.NamedOp("Attention", [q, k, v, mask, past.Key, past.Value], [_b.InScope("mixed"), $"present.{layer}.key", $"present.{layer}.value"], attributes);
            mixed = outputs[0];
            // Past and new keys together are what the caller's mask covers; the graph names their number after the mask.
            foreach (var present in outputs[1..]) present.Shape = ["batch", _spec.KvHeads, "total_sequence", _spec.HeadDim];
            presents.AddRange(outputs[1..]);
        }
        else
        {
            mixed = _b.Op("Attention", [q, k, v, mask], attributes);
        }
        return Linear(mixed, "o_proj", _spec.HiddenSize, queryWidth, _spec.OutputBias);
    }

    private Value FeedForward(Value x)
    {
        var gate = Linear(x, "gate_proj", _spec.IntermediateSize, _spec.HiddenSize, _spec.MlpBias);
        var up = Linear(x, "up_proj", _spec.IntermediateSize, _spec.HiddenSize, _spec.MlpBias);
        var product = _b.Op("Mul", [Activations.Apply(_b, _spec.Activation, gate), up]);
        return Linear(product, "down_proj", _spec.HiddenSize, _spec.IntermediateSize, _spec.MlpBias);
    }

    private Value Linear(Value x, string name, int outputs, int inputs, bool bias)
    {
        using (_b.Scope(name))
        {
            var y = _b.Op("MatMul", [x, Transposed(Weight("weight", outputs, inputs))]);
            return bias ? _b.Op("Add", [y, Weight("bias", outputs)]) : y;
        }
    }

    private Value Norm(Value x, int width) =>
        _b.Op("RMSNormalization", [x, Weight("weight", width)], new() { { "epsilon", _spec.NormEpsilon } });

    /// <summary>RMS norm over the components of each head, one weight for all heads.</summary>
    private Value HeadNorm(Value x, string name, int width)
    {
        using (_b.Scope(name))
        {
            var heads = _b.Op("Reshape", [x, _b.Ints(0, 0, width / _spec.HeadDim, _spec.HeadDim)]);
            return _b.Op("Reshape", [Norm(heads, _spec.HeadDim), _b.Ints(0, 0, width)]);
        }
    }

    private Value Transposed(Value weight) => _b.Op("Transpose", [weight], new() { { "perm", [1L, 0L] } });

    private Value Weight(string name, params ReadOnlySpan<long> shape)
    {
        var full = _b.InScope(name);
        return _b.Graph.Parameters.TryGetValue(full, out var known) ? known.Value : _b.Graph.AddParameter(full, _source.Get(full, shape)).Value;
    }
}
