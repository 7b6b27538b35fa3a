namespace Espalier.Benchmarks;

/// <summary>CPU seconds of this process: on a machine that others use too, wall time says little.</summary>
internal static class CpuTime
{
    /// <summary>Runs both in turn, once to warm up and then <paramref name="runs"/> times, and returns the median CPU seconds of each.</summary>
    public static (double First, double Second) Medians(int runs, Action first, Action second)
    {
        first();
        second();
        var times = (First: new double[runs], Second: new double[runs]);
        for (var i = 0; i < runs; i++)
        {
            times.First[i] = Of(first);
            times.Second[i] = Of(second);
        }
        return (Median(times.First), Median(times.Second));
    }

    private static double Of(Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
