using System.Diagnostics;
using Espalier.Data;
using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>Generates text with a key/value cache: one pass over the prompt, then one token at a time. Weights are loaded once and kept until disposal.</summary>
public sealed class TextGenerator : IDisposable
{
    private readonly CachedDecoder _decoder;
    private readonly long? _vocabulary;

    /// <summary>Prepares a model.</summary>
    /// <param name="graph">Its graph in the cached form.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="EspalierException">The graph is no language model in the cached form, or has operators that cannot be executed.</exception>
    public TextGenerator(Graph graph, Device device)
    {
        _vocabulary = graph.Values.GetValueOrDefault("logits")?.Shape?[^1].Size;
        _decoder = new CachedDecoder(graph, device);
    }

    /// <summary>Continues a prompt.</summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="options">How to choose and when to stop.</param>
    /// <param name="random">Source of the draws; may be null for greedy choice. Its seed makes the text repeatable.</param>
    /// <param name="onToken">Called with every token as soon as it is chosen.</param>
    /// <param name="cancellation">Checked before every token.</param>
    /// <exception cref="UsageException">The prompt is empty, has ids outside the vocabulary, or fills the context; or an option is out of range.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, GenerationOptions options, SeededRandom? random = null, Action<int>? onToken = null, CancellationToken cancellation = default)
    {
        var sampler = new TokenSampler(options, random);
        Check(prompt, options);
        var room = Math.Min(options.MaxTokens, (options.MaxContext ?? int.MaxValue) - (long)prompt.Length);
        var ids = new List<int>();
        _decoder.Load();
        using var cache = _decoder.NewCache();
        var clock = Stopwatch.StartNew();
        var next = Choose(sampler, prompt, cache);
        var prefill = clock.Elapsed.TotalSeconds;
        while (true)
        {
            ids.Add(next);
            onToken?.Invoke(next);
            if (options.StopIds.Contains(next) || ids.Count >= room) break;
            cancellation.ThrowIfCancellationRequested();
            next = Choose(sampler, [next], cache);
        }
        return new GenerationResult
        {
            Ids = ids,
            Reason = options.StopIds.Contains(next) ? StopReason.StopId : ids.Count == options.MaxTokens ? StopReason.MaxTokens : StopReason.ContextFull,
            PromptTokens = prompt.Length,
            PrefillSeconds = prefill,
            DecodeSeconds = clock.Elapsed.TotalSeconds - prefill,
        };
    }

    /// <summary>Logits of all positions of a prompt.</summary>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <returns>[prompt length, vocabulary], owned by the caller.</returns>
    /// <exception cref="UsageException">The prompt is empty or has ids outside the vocabulary.</exception>
    public Tensor Logits(ReadOnlySpan<int> prompt)
    {
        Check(prompt, new GenerationOptions());
        using var cache = _decoder.NewCache();
        return _decoder.Step(prompt, cache, allPositions: true);
    }

    /// <summary>Releases the weights.</summary>
    public void Dispose() => _decoder.Dispose();

    private int Choose(TokenSampler sampler, ReadOnlySpan<int> ids, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        var logits = _decoder.Step(ids, cache).to(ScalarType.Float32).cpu().contiguous();
        return sampler.Next(logits.data<float>().ToArray());
    }

    private void Check(ReadOnlySpan<int> prompt, GenerationOptions options)
    {
        if (prompt.Length == 0) throw new UsageException("the prompt is empty, so there is nothing to continue", "--prompt", "Give at least one token");
        for (var i = 0; i < prompt.Length; i++)
        {
            if (prompt[i] < 0 || prompt[i] >= _vocabulary)
                throw new UsageException($"the token id {prompt[i]} at position {i} is outside the vocabulary of {_vocabulary}", "--prompt", "Use this model's own tokenizer");
        }
        if (prompt.Length >= options.MaxContext)
            throw new UsageException($"the prompt has {prompt.Length} tokens, and the model's context holds {options.MaxContext}", "--prompt", "Shorten the prompt");
    }
}
