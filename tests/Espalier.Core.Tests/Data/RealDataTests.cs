using System.Text.Json.Nodes;
using Espalier.Data;
using Espalier.Formats.Tokenizers;
using Espalier.Testing;
using Xunit;

namespace Espalier.Core.Tests.Data;

/// <summary>Real files, against counts and hashes that another implementation recorded.</summary>
public sealed class RealDataTests
{
    [Fact]
    public void The_WikiText_test_set_becomes_the_recorded_ids()
    {
        var reference = JsonNode.Parse(File.ReadAllText(SharedData.Require("oracles", "smollm2", "reference.json")))!["protocol"]!;
        var tokenizer = TokenizerLoader.TryOpenFolder(SharedData.Require("models", "smollm2-135m"));
        var text = EvaluationText.Open(new DataRequest { Path = SharedData.Require("text", "wikitext2", "wiki.test.raw"), Tokenizer = tokenizer, VocabularySize = 49_152 });

        Assert.Equal((int)reference["token_count"]!, text.Ids.Length);
        Assert.Equal((string)reference["ids_sha256_int32_little_endian"]!, TokenRows.Hash(text.Ids));
        var windows = text.Windows(1024);
        Assert.Equal(296, windows.Count);
        Assert.Equal((string)reference["text_sha256"]!, windows.Protocol.Sha256);
    }

    [Fact]
    public void The_recorded_calibration_ids_are_read_unchanged()
    {
        var methods = JsonNode.Parse(File.ReadAllText(SharedData.Require("oracles", "smollm2", "methods.json")))!["calibration"]!;
        var request = new DataRequest { Path = SharedData.Require("oracles", "smollm2", "calibration.safetensors"), VocabularySize = 49_152 };
        var rows = CalibrationSamples.Draw(request, 32, 1024, new SeededRandom(0));
        Assert.Equal((string)methods["ids_sha256_int32_little_endian"]!, rows.Protocol.TokensSha256);
    }

    [Fact]
    public void Real_documents_fill_the_samples_asked_for()
    {
        var tokenizer = TokenizerLoader.TryOpenFolder(SharedData.Require("models", "smollm2-135m"));
        var request = new DataRequest { Path = SharedData.Require("text", "instructions", "c4_demo.jsonl"), Tokenizer = tokenizer, VocabularySize = 49_152 };
        var rows = CalibrationSamples.Draw(request, 8, 512, new SeededRandom(0));
        Assert.Equal((8, 512), (rows.Count, rows.Length));
        Assert.Contains(2, rows.Ids.ToArray()); // documents of some hundred tokens: several ends lie within 4096
        Assert.Contains("300 documents", rows.Protocol.Preparation, StringComparison.Ordinal);
    }
}
