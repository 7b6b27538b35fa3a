using Espalier.Numerics;

namespace Espalier.Solvers;

/// <summary>
/// The factored second moments C_KK + lambda I of the features K that stay. All consumers that read the same activations share it.
/// Source: LIAR, Wang et al. 2024, arXiv 2407.13331, with the damping rule of <see cref="DefaultDamping"/>.
/// Features that never vary explain nothing. Where the factorisation fails all the same, damping is raised and a message says so.
/// </summary>
public sealed class KeptFactor
{
    private readonly CholeskyFactor _factor;

    private KeptFactor(Moments moments, int[] kept, bool centred, CholeskyFactor factor, double damping, double lambda, IReadOnlyList<string> messages)
    {
        Moments = moments;
        Kept = kept;
        Pruned = FeatureSet.Complement(kept, moments.Features);
        Centred = centred;
        _factor = factor;
        Damping = damping;
        Lambda = lambda;
        Messages = messages;
    }

    /// <summary>The moments that were factored.</summary>
    public Moments Moments { get; }

    /// <summary>K, in the order given.</summary>
    public IReadOnlyList<int> Kept { get; }

    /// <summary>P, ascending.</summary>
    public IReadOnlyList<int> Pruned { get; }

    /// <summary>Moments about the mean (the bias is repaired too), or about zero.</summary>
    public bool Centred { get; }

    /// <summary>Lambda as a fraction of the mean diagonal, after all raises.</summary>
    public double Damping { get; }

    /// <summary>Lambda itself, in the units of the sums.</summary>
    public double Lambda { get; }

    /// <summary>One message for every time that the factorisation failed and the damping was raised.</summary>
    public IReadOnlyList<string> Messages { get; }

    /// <summary>1e-2 when there are fewer than ten samples a kept feature, otherwise 1e-6: fractions of the mean diagonal.</summary>
    public static double DefaultDamping(long samples, int kept) => samples < 10L * kept ? 1e-2 : 1e-6;

    /// <summary>Factors the kept part.</summary>
    /// <param name="moments">Moments of the activations.</param>
    /// <param name="kept">Features that stay, distinct, in the order that the new weight will have.</param>
    /// <param name="centred">Use moments about the mean.</param>
    /// <param name="damping">Lambda as a fraction of the mean diagonal of C_KK; null for <see cref="DefaultDamping"/>.</param>
    /// <param name="lambda">Lambda itself, in the units of the sums, instead of a fraction; <see cref="ObsSaliency.Lambda"/> makes the repair the update
    /// that the saliency foretells.</param>
    /// <param name="settings">Threads; one by default.</param>
    /// <param name="layer">Name of the layer for messages.</param>
    /// <exception cref="UsageException">Indices or damping are impossible.</exception>
    /// <exception cref="EspalierException">No samples, moments that are not finite, or no damping helps.</exception>
    public static KeptFactor Create(
        Moments moments, ReadOnlySpan<int> kept, bool centred = true, double? damping = null, double? lambda = null,
        KernelSettings? settings = null, string? layer = null)
    {
        FeatureSet.Complement(kept, moments.Features);
        if (moments.Count == 0)
            throw new EspalierException("no activations were seen", layer, "Calibrate with at least one sample");
        var messages = new List<string>();
        var second = SecondMoments.Select(moments, kept, kept, centred);
        var (factor, fraction, amount) = DampedFactor.Create(
            second, damping ?? DefaultDamping(moments.Count, kept.Length), lambda, settings ?? KernelSettings.Default, messages, layer);
        return new(moments, kept.ToArray(), centred, factor, fraction, amount, messages);
    }

    /// <summary>
    /// How the pruned features follow from the kept ones: z_P is about Q z_K + p, with Q = C_PK (C_KK + lambda I)^-1 and p = mean_P - Q mean_K
    /// (zero for moments about zero).
    /// </summary>
    /// <returns>Q, |P| x |K|, and p.</returns>
    public (DoubleMatrix Q, double[] P) Interpolate()
    {
        var q = SecondMoments.Select(Moments, [.. Pruned], [.. Kept], Centred);
        SolveRows(q);
        var offsets = new double[Pruned.Count];
        for (var i = 0; Centred && i < offsets.Length; i++)
        {
            offsets[i] = Moments.Mean[Pruned[i]];
            for (var j = 0; j < Kept.Count; j++) offsets[i] -= q[i, j] * Moments.Mean[Kept[j]];
        }
        return (q, offsets);
    }

    /// <summary>Replaces rows by rows (C_KK + lambda I)^-1.</summary>
    internal void SolveRows(DoubleMatrix rows) => _factor.SolveRows(rows);
}
