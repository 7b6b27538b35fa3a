namespace Espalier.Torch.Calibration;

/// <summary>Gradients of the mean cross-entropy over all images, by parameter, in the parameters' order of elements.</summary>
public sealed record GradientReport
{
    /// <summary>Mean gradient.</summary>
    public required IReadOnlyDictionary<string, float[]> Mean { get; init; }

    /// <summary>Mean squared gradient; empty where it was not asked for.</summary>
    public required IReadOnlyDictionary<string, float[]> Squared { get; init; }

    /// <summary>Hessian times mean gradient; empty where it was not asked for.</summary>
    public required IReadOnlyDictionary<string, float[]> HessianProduct { get; init; }

    /// <summary>Mean absolute activation per channel, by value.</summary>
    public required IReadOnlyDictionary<string, float[]> Activations { get; init; }

    /// <summary>Mean cross-entropy, nats per image.</summary>
    public required double Loss { get; init; }

    /// <summary>Images seen.</summary>
    public required int Images { get; init; }
}
