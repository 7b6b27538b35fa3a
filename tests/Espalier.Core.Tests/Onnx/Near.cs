using Xunit;

namespace Espalier.Core.Tests.Onnx;

/// <summary>Comparison with a reference: relative and absolute (of the output's largest value) 1e-5; the largest seen is 1e-6.</summary>
internal static class Near
{
    public const double Tolerance = 1e-5;

    /// <summary>Compares, and returns the largest difference as a fraction of the scale.</summary>
    /// <param name="expected">The reference.</param>
    /// <param name="actual">What was computed.</param>
    /// <param name="scale">Largest absolute value of the reference.</param>
    /// <param name="what">For the message.</param>
    public static double Check(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double scale, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs((double)expected[i] - actual[i]);
            Assert.True(difference <= Tolerance * (scale + Math.Abs(expected[i])), $"{what}[{i}] is {actual[i]}, expected {expected[i]}.");
            largest = Math.Max(largest, difference / scale);
        }
        return largest;
    }
}
