using Espalier.Coupling;
using Espalier.Data;
using Espalier.Graphs;
using Espalier.Structure;

namespace Espalier.Core.Tests.Structure;

/// <summary>Derivatives and activations drawn at random, the same at every call.</summary>
internal sealed class DrawnDerivatives : IGradientSource, IActivationNorms
{
    private readonly Dictionary<(object, int), float[]> _drawn = [];
    private readonly SeededRandom _random = new(3);

    public float[] Gradient(Parameter parameter) => Draw(parameter, 0, parameter.Shape.ElementCount);

    public float[] SquaredGradient(Parameter parameter) => [.. Draw(parameter, 1, parameter.Shape.ElementCount).Select(value => value * value)];

    public float[] HessianGradient(Parameter parameter) => Draw(parameter, 2, parameter.Shape.ElementCount);

    public float[] MeanAbsolute(Contraction consumer) =>
        [.. Draw(consumer, 0, consumer.Activation.Shape![consumer.ActivationAxis].Size!.Value).Select(Math.Abs)];

    private float[] Draw(object owner, int kind, long count)
    {
        if (!_drawn.TryGetValue((owner, kind), out var values))
            _drawn.Add((owner, kind), values = [.. Enumerable.Range(0, (int)count).Select(_ => (float)_random.NextNormal())]);
        return values;
    }
}
