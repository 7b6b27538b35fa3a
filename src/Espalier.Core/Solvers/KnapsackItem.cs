namespace Espalier.Solvers;

/// <summary>Something that is kept or removed as a whole: a channel, or channels of several layers that live and die together.</summary>
/// <param name="Value">What keeping it is worth; finite, at least 0. For coupled channels the sum.</param>
/// <param name="Cost">What keeping it costs, at least 0. For coupled channels the sum.</param>
/// <param name="Group">The group (layer, coupled dimension) of which a minimum must stay, from 0 on.</param>
public readonly record struct KnapsackItem(double Value, long Cost, int Group = 0);
