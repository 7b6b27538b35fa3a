using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Formats;

/// <summary>Mutated ONNX files: the reader and the coupling analysis end in success or a clear error.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class OnnxFuzz(ITestOutputHelper output)
{
    // Small files of many kinds: functions, subgraphs, external data, quantised, recurrent, attention.
    private static readonly string[] Seeds = ["local_functions", "if_torchscript", "loop_recurrent", "quant_qdq_perchannel", "glu_mlp-dynamo-noopt", "lstm_tagger-ts", "weights_as_constants", "nhwc_broadcast", "opset7_old_style"];

    [Fact]
    public void Reader_and_coupling()
    {
        var seeds = Seeds.Select(name => File.ReadAllBytes(ZooModel.Require(name).ModelPath)).ToArray();
        var outcome = FuzzRunner.Run(seeds, path =>
        {
            using var model = OnnxModel.Open(path);
            foreach (var parameter in model.Graph.Parameters.Values)
            {
                if (parameter.Data is not StringTensorData) parameter.Data.ToBytes();
            }
            _ = CouplingMap.Of(model.Graph).Groups.Count;
        }, 3000, seed: 11, "model.onnx");
        output.WriteLine($"{outcome.Opened} opened, {outcome.Refused} refused");
        Assert.True(outcome.Opened > 50 && outcome.Refused > 50, $"{outcome}: the damage is too weak or too strong to mean anything");
    }
}
