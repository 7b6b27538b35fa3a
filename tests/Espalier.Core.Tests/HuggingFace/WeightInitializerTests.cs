using System.Text.Json.Nodes;
using Espalier.Data;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Recipes;
using Espalier.Tensors;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.HuggingFace;

/// <summary>What a new model has, and the values that it starts with.</summary>
public sealed class WeightInitializerTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("llama-gqa-tied")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("smollm3")]
    public void Described_tensors_are_those_of_the_checkpoint(string folder)
    {
        var path = SharedData.Require("oracles", "hf", folder);
        var described = ArchitectureRegistry.DescribeTensors(ConfigReader.Open(Path.Combine(path, "config.json")));
        using var file = SafetensorsFile.Open(Path.Combine(path, "model.safetensors"));
        Assert.Equal(
            file.Names.Select(name => (name, file[name].Shape)).OrderBy(item => item.name, StringComparer.Ordinal),
            described.Select(item => (item.Name, item.Shape)).OrderBy(item => item.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Matrices_are_normal_residual_projections_smaller_and_norms_one()
    {
        var shape = new ModelShape { HiddenSize = 128, Layers = 8, Heads = 4, VocabularySize = 512, InitializerRange = 0.05 };
        var tensors = WeightInitializer.Create(new ConfigReader("config", shape.ToConfig(512, 0, "float32")), new SeededRandom(5));
        foreach (var name in tensors.Names)
        {
            var values = tensors[name].ToSingles();
            if (name.EndsWith("norm.weight", StringComparison.Ordinal))
            {
                Assert.All(values, value => Assert.Equal(1, value));
                continue;
            }
            var residual = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            var expected = residual ? 0.05 / 4 : 0.05;
            var mean = values.Average(value => (double)value);
            var deviation = Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
            // Five standard errors of 16,384 draws or more.
            Assert.Equal(0, mean, 5 * expected / 128);
            Assert.Equal(expected, deviation, expected * 5 / 181);
            // Of a normal distribution 31.7 % lie beyond one deviation and 4.6 % beyond two.
            Assert.InRange(values.Count(value => Math.Abs(value) > expected) / (double)values.Length, 0.29, 0.345);
            Assert.InRange(values.Count(value => Math.Abs(value) > 2 * expected) / (double)values.Length, 0.036, 0.056);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_values_and_another_seed_others()
    {
        var config = new ModelShape { HiddenSize = 32, Layers = 1, Heads = 2, VocabularySize = 300 }.ToConfig(300, null, "float32");
        float[] Draw(long seed) => WeightInitializer.Create(new ConfigReader("config", (JsonObject)config.DeepClone()), new SeededRandom(seed))["model.embed_tokens.weight"].ToSingles();
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void A_generator_continues_from_a_saved_state()
    {
        var random = new SeededRandom(9);
        random.NextUInt64();
        var state = random.State;
        var expected = Enumerable.Range(0, 5).Select(_ => random.NextUInt64()).ToArray();
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(_ => new SeededRandom(0) { State = state }).Take(1).SelectMany(copy => Enumerable.Range(0, 5).Select(_ => copy.NextUInt64())));
    }
}
