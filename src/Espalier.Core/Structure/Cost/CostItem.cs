namespace Espalier.Structure;

/// <summary>A parameter or a node in the bill.</summary>
internal sealed class CostItem(Func<long> count, bool isMacs)
{
    /// <summary>True for nodes, false for parameters.</summary>
    public bool IsMacs { get; } = isMacs;

    /// <summary>What it counted last.</summary>
    public long Current { get; private set; }

    /// <summary>Counts anew and returns the change.</summary>
    public long Recount()
    {
        var before = Current;
        Current = count();
        return Current - before;
    }
}
