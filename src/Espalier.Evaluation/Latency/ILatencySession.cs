namespace Espalier.Evaluation;

/// <summary>A loaded model that runs steps for timing. Both runtimes compute the same: logits of all positions given, and the grown cache.</summary>
internal interface ILatencySession : IDisposable
{
    /// <summary>Runtime and version.</summary>
    string Runtime { get; }

    /// <summary>Prepares the inputs of a step; not timed.</summary>
    /// <param name="ids">Token ids that enter.</param>
    /// <param name="past">Positions that the cache holds before.</param>
    ILatencyStep Prepare(ReadOnlySpan<int> ids, int past);
}

/// <summary>One step with its inputs, run again and again. Its results are thrown away, so every run does the same.</summary>
internal interface ILatencyStep : IDisposable
{
    /// <summary>Runs the step.</summary>
    void Run();
}
