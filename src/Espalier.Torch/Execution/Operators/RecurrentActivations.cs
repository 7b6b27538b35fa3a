using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>The activation functions of recurrent operators: names and parameters are attributes, for all directions in a row.</summary>
internal static class RecurrentActivations
{
    /// <summary>The functions of one direction.</summary>
    /// <param name="call">An RNN, GRU or LSTM node.</param>
    /// <param name="direction">Number of the direction.</param>
    /// <param name="defaults">Names where the attribute is missing; their number is that of the functions of one direction.</param>
    public static Func<Tensor, Tensor>[] Of(in OperatorCall call, int direction, params string[] defaults)
    {
        var names = call.Attributes.Strings("activations") ?? [.. defaults, .. defaults];
        var alphas = call.Attributes.Floats("activation_alpha") ?? [];
        var betas = call.Attributes.Floats("activation_beta") ?? [];
        var functions = new Func<Tensor, Tensor>[defaults.Length];
        var (nextAlpha, nextBeta) = (0, 0);
        for (var i = 0; i < (direction + 1) * defaults.Length; i++)
        {
            // Only the functions that have parameters take one from the lists.
            var name = names[i].ToUpperInvariant();
            var (alpha, beta) = Defaults(name);
            if (alpha is not null && nextAlpha < alphas.Length) alpha = alphas[nextAlpha++];
            if (beta is not null && nextBeta < betas.Length) beta = betas[nextBeta++];
            if (i >= direction * defaults.Length) functions[i - (direction * defaults.Length)] = Function(call, name, alpha ?? 0, beta ?? 0);
        }
        return functions;
    }

    private static (double? Alpha, double? Beta) Defaults(string name) => name switch
    {
        "AFFINE" => (1, 0),
        "LEAKYRELU" => (0.01, null),
        "THRESHOLDEDRELU" => (1, null),
        "SCALEDTANH" => (1, 1),
        "HARDSIGMOID" => (0.2, 0.5),
        "ELU" => (1, null),
        _ => (null, null),
    };

    private static Func<Tensor, Tensor> Function(in OperatorCall call, string name, double alpha, double beta) => name switch
    {
        "SIGMOID" => static x => x.sigmoid(),
        "TANH" => static x => x.tanh(),
        "RELU" => static x => x.relu(),
        "AFFINE" => x => x.mul(alpha).add(beta),
        "LEAKYRELU" => x => where(x.ge(0), x, x.mul(alpha)),
        "THRESHOLDEDRELU" => x => where(x.gt(alpha), x, zeros_like(x)),
        "SCALEDTANH" => x => x.mul(beta).tanh().mul(alpha),
        "HARDSIGMOID" => x => x.mul(alpha).add(beta).clamp(0, 1),
        "ELU" => x => where(x.ge(0), x, x.clamp(null, 0).expm1().mul(alpha)),
        "SOFTSIGN" => static x => x.div(x.abs().add(1)),
        "SOFTPLUS" => static x => nn.functional.softplus(x),
        _ => throw new EspalierException($"{call.Node.OpType} has the activation '{name}', which is not defined", $"node '{call.Node.Name}'"),
    };
}
