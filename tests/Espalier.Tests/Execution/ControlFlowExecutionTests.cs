using Espalier.Graphs;
using Espalier.Tensors;
using Espalier.Torch.Execution;
using Espalier.Torch.Loading;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Espalier.Tests.Execution;

/// <summary>Plans and memory of bodies: what they read stays alive, what they make is released, and gradients reach outer weights.</summary>
public sealed class ControlFlowExecutionTests
{
    public ControlFlowExecutionTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void A_plan_counts_parameters_of_bodies_and_those_that_bodies_capture()
    {
        var graph = Loop(out _);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);

        Assert.Equal(["count", "going", "one", "weight"], plan.Parameters.Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_captured_value_lives_until_the_loop_that_reads_it()
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var graph = Loop(out var captured);
        using var parameters = new ParameterCache(CPU);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);
        var loop = plan.Steps.Single(step => step.Node.OpType == "Loop");

        Assert.Contains(captured, loop.Release);
        var result = new GraphExecutor(parameters).Run(plan, new Dictionary<Value, Tensor> { [graph.Inputs[0]] = tensor(new[] { 1f, 2f }) })[0];
        // captured = 2 x; three times state = state * weight + captured + 1, from x, with weight (3, 0.5).
        double Expected(double x, double weight)
        {
            var state = x;
            for (var i = 0; i < 3; i++) state = (state * weight) + (2 * x) + 1;
            return state;
        }
        Assert.Equal([(float)Expected(1, 3), (float)Expected(2, 0.5)], result.data<float>().ToArray());
    }

    [Fact]
    public void A_loop_leaves_no_tensors_behind()
    {
        var graph = Loop(out _);
        using var parameters = new ParameterCache(CPU);
        var executor = new GraphExecutor(parameters);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);
        using var x = tensor(new[] { 1f, 2f });
        void Run()
        {
            using var none = no_grad();
            foreach (var output in executor.Run(plan, new Dictionary<Value, Tensor> { [graph.Inputs[0]] = x })) output.Dispose();
        }
        Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Gradients_reach_weights_that_a_body_captures()
    {
        using var scope = NewDisposeScope();
        using var module = new GraphModule(Loop(out _), CPU);
        module.forward(tensor(new[] { 1f, 2f })).sum().backward();

        // d/dw of ((x w + c) w + c) w + c with c = 2 x + 1: 3 x w^2 + 2 c w + c.
        double Slope(double x, double weight) => (3 * x * weight * weight) + (2 * ((2 * x) + 1) * weight) + (2 * x) + 1;
        Assert.Equal([(float)Slope(1, 3), (float)Slope(2, 0.5)], module.Trainable["weight"].grad!.data<float>().ToArray());
    }

    [Fact]
    public void Weights_of_bodies_are_trained_under_names_of_their_own()
    {
        using var scope = NewDisposeScope();
        var graph = new Graph("branches", 13);
        var condition = graph.AddInput("condition", ElementType.Bool);
        var branches = new NodeAttributes();
        foreach (var (name, value) in new[] { ("then_branch", 2f), ("else_branch", 5f) })
        {
            var body = new Graph(name, graph);
            var weight = body.AddParameter("weight", ArrayTensorData.FromSingles(new TensorShape(1), [value])).Value;
            body.AddOutput(body.AddNode($"{name}.square", "Mul", "", [weight, weight], [$"{name}.out"], NodeAttributes.None).Output);
            branches.Add(name, body);
        }
        graph.AddOutput(graph.AddNode("choice", "If", "", [condition], ["result"], branches).Output);
        using var module = new GraphModule(graph, CPU);
        module.forward(tensor(false)).sum().backward();

        Assert.Equal(["choice.then_branch.weight", "weight"], module.Trainable.Keys.Order(StringComparer.Ordinal));
        // Attributes are in the order of their names: the else branch comes first.
        Assert.Equal(10f, module.Trainable["weight"].grad!.item<float>());
        Assert.Null(module.Trainable["choice.then_branch.weight"].grad);
    }

    [Fact]
    public void A_body_that_fails_names_its_node()
    {
        var graph = Loop(out _);
        using var parameters = new ParameterCache(CPU);
        using var x = zeros(3);
        var plan = ExecutionPlan.Create(graph, graph.Inputs, graph.Outputs);

        var error = Assert.Throws<EspalierException>(() => new GraphExecutor(parameters).Run(plan, new Dictionary<Value, Tensor> { [graph.Inputs[0]] = x }));
        Assert.Contains("product", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Three iterations of state = state * weight + captured + 1; the weight belongs to the outer graph, the one to the body.</summary>
    private static Graph Loop(out Value captured)
    {
        var graph = new Graph("loop", 19);
        var x = graph.AddInput("x", ElementType.F32, 2);
        var weight = graph.AddParameter("weight", ArrayTensorData.FromSingles(new TensorShape(2), [3, 0.5f])).Value;
        var count = graph.AddParameter("count", ArrayTensorData.FromInt64(new TensorShape(), 3), isConstant: true).Value;
        var going = graph.AddParameter("going", ArrayTensorData.Create<bool>(ElementType.Bool, new TensorShape(), [true]), isConstant: true).Value;
        captured = graph.AddNode("double", "Add", "", [x, x], ["captured"], NodeAttributes.None).Output;
        var body = new Graph("body", graph);
        body.AddInput("i", ElementType.I64);
        var condition = body.AddInput("condition", ElementType.Bool);
        var state = body.AddInput("state", ElementType.F32, 2);
        var one = body.AddParameter("one", ArrayTensorData.FromSingles(new TensorShape(), [1]), isConstant: true).Value;
        var product = body.AddNode("product", "Mul", "", [state, weight], ["product.out"], NodeAttributes.None).Output;
        var sum = body.AddNode("sum", "Add", "", [product, captured], ["sum.out"], NodeAttributes.None).Output;
        body.AddOutput(condition);
        body.AddOutput(body.AddNode("next", "Add", "", [sum, one], ["next.out"], NodeAttributes.None).Output);
        graph.AddOutput(graph.AddNode("loop", "Loop", "", [count, going, x], ["result"], new NodeAttributes { { "body", body } }).Output);
        return graph;
    }
}
