namespace Espalier.Solvers;

/// <summary>
/// Chooses channels by the LASSO path of "Channel Pruning for Accelerating Very Deep Neural Networks", He, Zhang and Sun, ICCV 2017, section 3.1, with the search
/// of the official code: alpha is doubled until fewer channels than asked for survive, then bisected until their number is within the tolerance. Deviations: every
/// solve is exact, no state is shared between layers, and the search ends also where no alpha gives a number in the window.
/// </summary>
public static class ChannelLasso
{
    /// <summary>Chooses at least <paramref name="kept"/> channels.</summary>
    /// <param name="problem">Responses of the channels.</param>
    /// <param name="kept">Channels asked for, c'.</param>
    /// <param name="settings">Options.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <param name="cancellation">Stops between solves.</param>
    /// <exception cref="UsageException">Options out of range.</exception>
    public static ChannelLassoResult Select(
        LassoProblem problem, int kept, ChannelLassoSettings? settings = null, string? layer = null, CancellationToken cancellation = default)
    {
        settings ??= new();
        settings.Validate(kept, problem.Columns, layer);
        if (kept == problem.Columns)
            return new() { Kept = [.. Enumerable.Range(0, kept)], Coefficients = [.. Enumerable.Repeat(1.0, kept)], Alpha = 0, Steps = [], Remark = null };
        var search = new Search(problem, kept, settings.Highest(kept, problem.Columns), settings.StepLimit, cancellation);
        return search.Run(settings.FirstAlpha);
    }

    private sealed class Search(LassoProblem problem, int kept, int highest, int limit, CancellationToken cancellation)
    {
        /// <summary>Below this fraction of max |q| the solution is least squares; a smaller alpha keeps no more channels.</summary>
        private const double LowestAlpha = 1e-8;

        private readonly LassoSolver _solver = new(problem);
        private readonly List<(double Alpha, int Count)> _steps = [];
        private double _enoughAlpha = double.NaN;
        private double[]? _enough;

        public ChannelLassoResult Run(double first)
        {
            var (left, right) = (0.0, first);
            var count = Try(right);
            // As the official code does, beyond the first hit: the largest power of two that hits is the sparsest explanation.
            while (count >= kept && _steps.Count < limit) count = Try(right *= 2);
            while (Missed(count) && _steps.Count < limit && right - left > 1e-12 * right && right > LowestAlpha * problem.HighestAlpha)
            {
                var middle = (left + right) / 2;
                count = Try(middle);
                if (count < kept) right = middle;
                else left = middle;
            }
            return Missed(count) ? Fallback() : Result(_solver.Coefficients, _steps[^1].Alpha, Unsolved());
        }

        private bool Missed(int count) => count < kept || count > highest;

        private int Try(double alpha)
        {
            cancellation.ThrowIfCancellationRequested();
            _solver.Solve(alpha);
            var count = _solver.Count;
            _steps.Add((alpha, count));
            // The path that still has enough channels, as sparse as it was seen.
            if (count >= kept && (_enough is null || alpha > _enoughAlpha)) (_enough, _enoughAlpha) = (_solver.Coefficients.ToArray(), alpha);
            return count;
        }

        private ChannelLassoResult Fallback()
        {
            if (_enough is not null)
            {
                var result = Result(_enough, _enoughAlpha, null);
                var best = result.Kept.OrderByDescending(Contribution).ThenBy(channel => channel).Take(kept).Order().ToArray();
                return result with
                {
                    Kept = best,
                    Remark = $"No alpha leaves {kept} to {highest} channels: of the {result.Kept.Count} left at {_enoughAlpha:G6} those with the {kept} largest"
                        + $" contributions were taken.{Unsolved()}",
                };
            }
            var few = Result(_solver.Coefficients, _steps[^1].Alpha, null);
            var rest = Enumerable.Range(0, problem.Columns).Except(few.Kept).OrderByDescending(channel => problem.Gram[channel, channel]).ThenBy(channel => channel);
            return few with
            {
                Kept = [.. few.Kept.Concat(rest.Take(kept - few.Kept.Count)).Order()],
                Remark = $"Only {few.Kept.Count} channels survive however small alpha is: the others are zero or repeat them."
                    + $" The strongest of those fill up to {kept}.{Unsolved()}",
            };
        }

        /// <summary>The size of a channel's share of the output: the coefficient times the deviation of its column.</summary>
        private double Contribution(int channel) => Math.Abs(_enough![channel]) * Math.Sqrt(problem.Gram[channel, channel]);

        private string? Unsolved() => _solver.Converged ? null : " The last solve did not reach its tolerance: channels are nearly dependent.";

        private ChannelLassoResult Result(ReadOnlySpan<double> coefficients, double alpha, string? remark)
        {
            var channels = new List<int>();
            for (var i = 0; i < coefficients.Length; i++)
            {
                if (coefficients[i] != 0) channels.Add(i);
            }
            return new() { Kept = channels, Coefficients = coefficients.ToArray(), Alpha = alpha, Steps = _steps, Remark = remark?.TrimStart() };
        }
    }
}
