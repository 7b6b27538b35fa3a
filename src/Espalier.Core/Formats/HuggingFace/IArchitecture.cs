using Espalier.Graphs;

namespace Espalier.Formats.HuggingFace;

/// <summary>One architecture of Hugging Face's library: reads its configuration and builds its graph.</summary>
internal interface IArchitecture
{
    /// <summary>Value of <c>model_type</c>.</summary>
    string ModelType { get; }

    /// <summary>Value in <c>architectures</c>.</summary>
    string ClassName { get; }

    /// <summary>Builds the graph.</summary>
    Graph Build(ConfigReader config, ParameterSource source, GraphForm form);
}
