using Espalier.Formats.Onnx;
using Espalier.Graphs;

namespace Espalier.Core.Tests.Onnx;

/// <summary>Runs the cached form step by step: what one step returns as present is the next one's past.</summary>
internal sealed class CachedModel : IDisposable
{
    private readonly RuntimeModel _model;
    private readonly string[] _parts;
    private readonly Dictionary<string, RuntimeTensor> _past = [];
    private readonly long _kvHeads;
    private readonly long _headDim;

    public CachedModel(Graph graph, OnnxWriteOptions? options = null)
    {
        _model = new RuntimeModel(graph, options);
        var presents = graph.Outputs.Select(output => output.Name).Where(name => name.StartsWith("present.", StringComparison.Ordinal));
        _parts = [.. presents.Select(name => name["present.".Length..])];
        var past = graph.Values["past_key_values.0.key"].Shape!;
        (_kvHeads, _headDim) = (past[1].Size!.Value, past[3].Size!.Value);
    }

    /// <summary>Logits of the next tokens.</summary>
    /// <param name="ids">Tokens [batch, sequence].</param>
    /// <param name="batch">Rows.</param>
    /// <param name="mask">Mask [batch, past + sequence].</param>
    public float[] Step(long[] ids, long batch, long[] mask)
    {
        var sequence = ids.Length / batch;
        var total = mask.Length / batch;
        var positions = Enumerable.Range(0, ids.Length).Select(i => total - sequence + (i % sequence)).ToArray();
        var inputs = new Dictionary<string, RuntimeTensor>
        {
            ["input_ids"] = new(ids, batch, sequence),
            ["attention_mask"] = new(mask, batch, total),
            ["position_ids"] = new(positions, batch, sequence),
        };
        foreach (var part in _parts)
            inputs[$"past_key_values.{part}"] = _past.GetValueOrDefault(part) ?? new(Array.Empty<float>(), batch, _kvHeads, 0, _headDim);
        var outputs = _model.Run(inputs, ["logits", .. _parts.Select(part => $"present.{part}")]);
        for (var i = 0; i < _parts.Length; i++) _past[_parts[i]] = outputs[i + 1];
        return outputs[0].Singles;
    }

    public void Dispose() => _model.Dispose();
}
