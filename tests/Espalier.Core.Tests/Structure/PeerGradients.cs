using Espalier.Graphs;
using Espalier.Structure;

namespace Espalier.Core.Tests.Structure;

/// <summary>Recorded gradients of the mean cross-entropy.</summary>
internal sealed class PeerGradients(PeerNet peer) : IGradientSource
{
    public float[] Gradient(Parameter parameter) => peer.Find($"grad.{parameter.Name}")!;

    public float[] SquaredGradient(Parameter parameter) => throw new NotSupportedException("Not recorded for all weights.");

    public float[] HessianGradient(Parameter parameter) => throw new NotSupportedException("Not recorded.");
}
