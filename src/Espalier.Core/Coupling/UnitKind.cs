namespace Espalier.Coupling;

/// <summary>What one unit of a coupled group is.</summary>
public enum UnitKind
{
    /// <summary>A channel, feature or neuron.</summary>
    Channel,

    /// <summary>An attention head, with all its query, key, value and output features.</summary>
    Head,

    /// <summary>One feature of every head: of queries and keys (under a rotary embedding a pair), or of values and the output projection.</summary>
    HeadFeature,

    /// <summary>A whole group of a grouped convolution or group normalisation, or another block that a reshape makes.</summary>
    Block,
}
