namespace Espalier.Graphs;

/// <summary>Where the known contents of a value come from. Surgery has to adapt constants that reach shapes; shapes adapt themselves.</summary>
[Flags]
public enum ContentsOrigin
{
    /// <summary>From nothing that is known.</summary>
    None = 0,

    /// <summary>From parameters, Constant nodes or attributes.</summary>
    Constants = 1,

    /// <summary>From shapes of values of the graph, through Shape or Size nodes.</summary>
    Shapes = 2,
}
