using Espalier.Coupling;
using Espalier.Formats.Onnx;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Coupling;

/// <summary>
/// The groups of real structures by two exporters. Where the strongest peer is right, ours are the same; where it fails, merges heads or
/// ties the wrong channels, the groups were checked against the model's code by hand.
/// </summary>
public sealed class CouplingZooTests
{
    /// <summary>Convolutional networks on which the peer's groups are right (one exporter's facts hold for the other).</summary>
    public static TheoryData<string> PeerAgrees =>
    [
        "convnext_tiny-dynamo",
        "convnext_tiny-ts",
        "densenet121-dynamo",
        "densenet121-ts-bn",
        "efficientnet_b0-ts-bn",
        "googlenet-ts-bn",
        "mobilenet_v2-dynamo",
        "mobilenet_v2-ts",
        "mobilenet_v3_small-dynamo",
        "mobilenet_v3_small-dynamo-noopt",
        "mobilenet_v3_small-ts-bn",
        "mobileone-ts-bn",
        "repvgg-dynamo",
        "repvgg-ts-bn",
        "resnet18-dynamo",
        "resnet18-dynamo-noopt",
        "resnet18-ts",
        "resnet18-ts-bn",
        "resnet18-ts-nofold",
        "resnet50-ts-bn",
        "squeezenet1_1-dynamo",
        "squeezenet1_1-ts",
        "unet-dynamo",
        "unet-ts-bn",
        "vgg16_bn-dynamo",
        "vgg16_bn-ts-bn",
        "wavenet-dynamo",
        "wavenet-ts",
        "yolov5-dynamo",
        "yolov5-ts-bn",
    ];

    /// <summary>All groups of a model, as "count x kind size".</summary>
    public static TheoryData<string, string> Structures => new()
    {
        { "bert-dynamo", "2 x Channel 32, 3 x Channel 64, 3 x Head 4, 6 x HeadFeature 8" },
        { "bert-ts", "2 x Channel 32, 3 x Channel 64, 3 x Head 4, 6 x HeadFeature 8" },
        { "deit_distilled-ts", "1 x Channel 24, 4 x Channel 48, 4 x Head 3, 4 x HeadFeature 8" },
        { "external_data", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "float16", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "float16_io32", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "fpn-dynamo", "1 x Block 2, 2 x Channel 4, 1 x Channel 6, 5 x Channel 8, 2 x Channel 12, 2 x Channel 16" },
        { "fpn-ts-bn", "2 x Block 2, 2 x Channel 4, 1 x Channel 6, 5 x Channel 8, 2 x Channel 12, 2 x Channel 16" },
        { "glu_mlp-dynamo", "1 x Channel 24, 1 x Channel 32, 1 x Channel 40" },
        { "glu_mlp-dynamo-noopt", "1 x Channel 24, 1 x Channel 32, 1 x Channel 40" },
        { "glu_mlp-ts", "1 x Channel 24, 1 x Channel 32, 1 x Channel 40" },
        { "gpt2-dynamo", "1 x Channel 24, 3 x Channel 96, 3 x Head 3, 6 x HeadFeature 8" },
        { "gpt2-dynamo-noopt", "1 x Channel 24, 3 x Channel 96, 3 x Head 3, 6 x HeadFeature 8" },
        { "gpt2-ts", "1 x Channel 24, 3 x Channel 96, 3 x Head 3, 6 x HeadFeature 8" },
        { "gru_audio-dynamo", "2 x Channel 16, 1 x Channel 24" },
        { "gru_audio-ts", "2 x Channel 16, 1 x Channel 24" },
        { "if_subgraph_weights", "" },
        { "if_torchscript", "" },
        { "ir3_initializers_as_inputs", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "llama_gqa-dynamo", "1 x Channel 32, 3 x Channel 48, 6 x Head 2, 1 x HeadFeature 4, 3 x HeadFeature 8" },
        { "llama_gqa-ts", "1 x Channel 32, 3 x Channel 48, 6 x Head 2, 1 x HeadFeature 4, 3 x HeadFeature 8" },
        { "local_functions", "1 x Channel 10, 1 x Channel 12, 1 x Channel 14, 1 x Channel 16" },
        { "loop_recurrent", "" },
        { "lstm_tagger-dynamo", "1 x Channel 16, 1 x Channel 24" },
        { "lstm_tagger-ts", "1 x Channel 16, 1 x Channel 24" },
        { "nhwc_broadcast", "1 x Channel 10, 1 x Channel 12, 1 x Channel 16, 1 x Channel 18" },
        { "opset7_old_style", "1 x Channel 6, 1 x Channel 10, 1 x Channel 14, 1 x Channel 16, 1 x Channel 20" },
        { "opset9_upsample_unet", "5 x Channel 4, 5 x Channel 6, 5 x Channel 8, 2 x Channel 10" },
        { "pixelshuffle_sr-dynamo", "1 x Channel 12, 2 x Channel 16" },
        { "pixelshuffle_sr-ts", "1 x Channel 12, 2 x Channel 16" },
        { "quant_qdq_perchannel", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "quant_qdq_pertensor", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "quant_qoperator", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "qwen3-ts", "1 x Channel 32, 2 x Channel 48, 4 x Head 2, 1 x HeadFeature 6, 2 x HeadFeature 12" },
        { "regnet_y_400mf-ts-bn", "2 x Block 2, 4 x Block 4, 9 x Block 8, 1 x Block 16, 3 x Channel 2, 36 x Channel 4, 11 x Channel 8, 1 x Channel 16, 1 x Channel 32, 1 x Channel 64" },
        { "resnext50-ts-bn", "13 x Block 2, 3 x Channel 2, 9 x Channel 3, 12 x Channel 6, 7 x Channel 12, 1 x Channel 24, 1 x Channel 48, 1 x Channel 96" },
        { "scan_recurrent", "" },
        { "shufflenet_v2_x0_5-dynamo", "3 x Channel 2, 1 x Channel 3, 2 x Channel 4, 1 x Channel 6, 6 x Channel 8, 8 x Channel 12, 4 x Channel 16, 1 x Channel 48" },
        { "shufflenet_v2_x0_5-ts", "3 x Channel 2, 1 x Channel 3, 2 x Channel 4, 1 x Channel 6, 6 x Channel 8, 8 x Channel 12, 4 x Channel 16, 1 x Channel 48" },
        { "swin_t-dynamo", "1 x Channel 6, 3 x Channel 12, 3 x Channel 24, 5 x Channel 48, 2 x Channel 96, 6 x Head 2, 2 x Head 4, 4 x HeadFeature 6, 6 x HeadFeature 12" },
        { "t5-ts", "1 x Channel 32, 4 x Channel 48, 3 x Head 4, 12 x HeadFeature 8" },
        { "unet_diffusers-dynamo", "5 x Channel 2, 8 x Channel 4, 2 x Channel 8, 5 x Channel 16, 1 x Channel 32, 12 x HeadFeature 2, 4 x HeadFeature 4" },
        { "vit_b_16-ts", "1 x Channel 24, 6 x Channel 48, 6 x Head 3, 6 x HeadFeature 8" },
        { "vit_timm-dynamo", "1 x Channel 24, 4 x Channel 48, 4 x Head 3, 4 x HeadFeature 8" },
        { "vit_timm-ts", "1 x Channel 24, 4 x Channel 48, 4 x Head 3, 4 x HeadFeature 8" },
        { "vit_timm_sdpa-dynamo", "1 x Channel 24, 4 x Channel 48, 4 x Head 3, 4 x HeadFeature 8" },
        { "weight_tying-dynamo", "1 x Channel 12, 1 x Channel 20" },
        { "weight_tying-ts-bn", "1 x Channel 12, 1 x Channel 20" },
        { "weights_as_constants", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "weights_via_identity", "2 x Channel 12, 1 x Channel 16, 1 x Channel 20, 1 x Channel 24, 1 x Channel 32" },
        { "whisper_encoder-ts", "1 x Channel 32, 2 x Channel 64, 2 x Head 4, 4 x HeadFeature 8" },
    };

    [Theory]
    [MemberData(nameof(PeerAgrees))]
    public void Groups_equal_those_of_the_peer(string name)
    {
        var zoo = ZooModel.Require(name);
        using var model = OnnxModel.Open(zoo.ModelPath);
        var list = zoo.Facts["torch_pruning"]!["group_list"]!;
        if (list.GetValueKind() == System.Text.Json.JsonValueKind.String)
            list = ZooModel.Require(list.GetValue<string>()["same as in ".Length..]).Facts["torch_pruning"]!["group_list"]!;
        // A group of one channel cannot shrink, so it is none here.
        var expected = list.AsArray().Select(group => group!["channels"]!.GetValue<int>()).Where(channels => channels > 1).Order();
        Assert.Equal(expected, CouplingMap.Of(model.Graph).Groups.Select(group => group.Size).Order());
    }

    [Theory]
    [MemberData(nameof(Structures))]
    public void Groups_are_those_of_the_architecture(string name, string expected)
    {
        using var model = OnnxModel.Open(ZooModel.Require(name).ModelPath);
        var groups = CouplingMap.Of(model.Graph).Groups.GroupBy(group => (Kind: group.Kind.ToString(), group.Size)).OrderBy(set => set.Key.Kind, StringComparer.Ordinal).ThenBy(set => set.Key.Size);
        Assert.Equal(expected, string.Join(", ", groups.Select(set => $"{set.Count()} x {set.Key.Kind} {set.Key.Size}")));
    }

    /// <summary>No channel is in two units: within a group the units of an axis are disjoint, and a group touches each of its axes once or more.</summary>
    [Fact]
    public void Units_partition_what_they_touch()
    {
        foreach (var name in ZooModel.Names)
        {
            using var model = OnnxModel.Open(ZooModel.Require(name).ModelPath);
            foreach (var group in CouplingMap.Of(model.Graph).Groups)
            {
                foreach (var member in group.Members)
                {
                    Assert.Equal(member.Parameter.Shape[member.Axis], member.Units.Count);
                    Assert.Equal(Enumerable.Range(0, group.Size), member.Units.Where(unit => unit >= 0).Distinct().Order());
                }
            }
        }
        Assert.SkipWhen(ZooModel.Names.Count == 0, "The ONNX zoo is not present.");
    }
}
