namespace Espalier.Core.Tests.Graphs.Shapes;

/// <summary>An axis of an input: a fixed size, or a symbol that stands for two sizes in two runs.</summary>
internal readonly record struct Axis(string? Symbol, long First, long Second)
{
    public static implicit operator Axis(long size) => new(null, size, size);
}
