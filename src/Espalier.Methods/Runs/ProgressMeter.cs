using System.Diagnostics;

namespace Espalier.Methods.Runs;

/// <summary>Turns finished work into a fraction and a time left. Blocks are taken to cost the same.</summary>
internal sealed class ProgressMeter(IProgress<RunProgress>? progress, PrunePlan plan)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _blocks;
    private int _layers;

    /// <summary>A new step begins.</summary>
    public void Step(string stage) => Report(stage, null);

    /// <summary>A layer is finished.</summary>
    public void LayerDone(Reports.LayerReport report)
    {
        _layers++;
        Report($"{report.Name}: done", report);
    }

    /// <summary>A block is finished.</summary>
    public void BlockDone()
    {
        _blocks++;
        _layers = 0;
    }

    private void Report(string stage, Reports.LayerReport? finished)
    {
        if (progress is null) return;
        var inBlock = _blocks < plan.Blocks.Count ? (double)_layers / Math.Max(1, plan.Blocks[_blocks].Layers.Count) : 0;
        // Statistics come before the first layer: half of a block's time is counted for them.
        var fraction = (_blocks + (0.5 * inBlock)) / plan.Blocks.Count;
        TimeSpan? remaining = _blocks > 0 ? _watch.Elapsed * ((1 - fraction) / fraction) : null;
        progress.Report(new RunProgress(stage, fraction, remaining, finished));
    }
}
