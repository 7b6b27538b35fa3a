namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Bounds how much longer a chain of replacements can make a text: a hostile file could double it a hundred times.
/// </summary>
internal sealed class GrowthLimit
{
    private const int MostSteps = 64;
    private const double MostGrowth = 256;

    private int steps;
    private double growth = 1;

    /// <summary>Counts a step that puts <paramref name="after"/> characters in the place of <paramref name="before"/>.</summary>
    public void Count(JsonPart part, int before, int after)
    {
        growth *= Math.Max(1, (double)after / before);
        if (++steps > MostSteps || growth > MostGrowth)
            throw part.Error($"the chain of components is longer than {MostSteps} or makes text more than {MostGrowth} times as long");
    }
}
