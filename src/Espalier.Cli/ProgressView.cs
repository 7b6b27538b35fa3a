using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>Shows long work: a bar with the time left on a terminal, plain lines now and then elsewhere.</summary>
internal static class ProgressView
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>Runs work that reports its fraction done and what it is doing.</summary>
    public static T Run<T>(Consoles consoles, string label, Func<Action<double, string>, T> work)
    {
        if (!consoles.Error.Profile.Capabilities.Interactive || !consoles.Error.Profile.Out.IsTerminal) return Plain(consoles, work);
        return consoles.Error.Progress().AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(label));
                return work((fraction, text) =>
                {
                    task.Value = 100 * fraction;
                    task.Description = Markup.Escape(text);
                });
            });
    }

    private static T Plain<T>(Consoles consoles, Func<Action<double, string>, T> work)
    {
        var watch = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        return work((fraction, text) =>
        {
            if (watch.Elapsed - last < Quiet) return;
            last = watch.Elapsed;
            var left = fraction > 0.01 ? $", about {Format(watch.Elapsed * ((1 - fraction) / fraction))} left" : "";
            consoles.Note(string.Create(CultureInfo.InvariantCulture, $"{fraction,4:P0} {text}{left}"));
        });
    }

    private static string Format(TimeSpan time) => time.TotalMinutes >= 1 ? $"{(int)time.TotalMinutes} min {time.Seconds} s" : $"{Math.Max(1, (int)time.TotalSeconds)} s";
}
