using Espalier.Formats.HuggingFace;
using Espalier.Graphs;
using Espalier.Torch.Execution;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Execution;

/// <summary>The built graphs, executed here, compute what the reference library computes.</summary>
public sealed class DecoderOracleTests
{
    private static readonly string[] Folders =
    [
        "llama", "llama-gqa-tied", "llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn", "llama-rope-dynamic", "llama-sharded-bf16",
        "mistral-sliding", "qwen2", "qwen3", "smollm3",
    ];

    public static TheoryData<string, string> Configurations()
    {
        var data = new TheoryData<string, string>();
        foreach (var folder in Folders)
        {
            data.Add(folder, "config.json");
            if (folder == "llama-sharded-bf16") continue;
            data.Add(folder, "config_v4.json");
            data.Add(folder, "config_min.json");
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Logits_and_hidden_states_equal_the_reference(string folder, string config)
    {
        using var scope = NewDisposeScope();
        using var oracle = new DecoderOracle(folder, config);
        var graph = oracle.Build(GraphForm.Sequence);
        using var parameters = new ParameterCache(CPU);
        var blocks = BlockPartition.Of(graph);
        var wanted = new[] { graph.Values["logits"], blocks[0].StreamInput, blocks[1].StreamInput };
        var plan = ExecutionPlan.Create(graph, [graph.Values["input_ids"]], wanted);

        var results = new GraphExecutor(parameters).Run(plan, new Dictionary<Value, Tensor> { [graph.Values["input_ids"]] = oracle.Tensor("input_ids") });

        oracle.AssertClose("logits", results[0]);
        oracle.AssertClose("hidden_states.0", results[1]);
        oracle.AssertClose("hidden_states.1", results[2]);
    }
}
