using System.Text;
using Espalier.Core.Tests.Data;
using Espalier.Core.Tests.Reports;
using Espalier.Data;
using Espalier.Formats;
using Espalier.Formats.HuggingFace;
using Espalier.Formats.Safetensors;
using Espalier.Formats.Tokenizers;
using Espalier.Recipes;
using Espalier.Reports;
using Espalier.Reports.Rendering;
using Espalier.Sparsity;
using Espalier.Tensors;
using Xunit;

namespace Espalier.Core.Tests.Formats;

/// <summary>Damaged files for the readers above the tensor containers: tokenizers, configurations, recipes, reports, masks, data, whole models.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class ReaderFuzz(ITestOutputHelper output)
{
    private const string Sample = "the quick brown fox, the 2nd quick fox 12345 ÄÖ\n";

    [Fact]
    public void Tokenizer_json()
    {
        using var folder = new TempFolder();
        ByteLevelBpeTrainer.Train(Sample + Sample, 270, ["<|endoftext|>"]).Save(folder.Path);
        var trained = File.ReadAllBytes(folder.File("tokenizer.json"));
        var metaspace = """
            {"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true}],
            "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
            "pre_tokenizer":null,"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
            "pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
            "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]},
            "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":false,"vocab":{"<unk>":0,"<s>":1,"▁":2,"t":3,"h":4,"e":5,"th":6,"the":7,"▁the":8},
            "merges":["t h","th e","▁ the"]}}
            """u8.ToArray();
        Check(FuzzRunner.Run([trained, metaspace], Tokenize, 1500, seed: 10, "tokenizer.json", new Dictionary<string, byte[]>
        {
            ["tokenizer_config.json"] = File.ReadAllBytes(folder.File("tokenizer_config.json")),
        }));
    }

    [Fact]
    public void Special_token_files()
    {
        using var folder = new TempFolder();
        ByteLevelBpeTrainer.Train(Sample + Sample, 270, ["<|endoftext|>"]).Save(folder.Path);
        var beside = new Dictionary<string, byte[]> { ["tokenizer.json"] = File.ReadAllBytes(folder.File("tokenizer.json")) };
        Check(FuzzRunner.Run([File.ReadAllBytes(folder.File("tokenizer_config.json")), """{"bos_token":{"content":"<|endoftext|>"},"eos_token":"<|endoftext|>"}"""u8.ToArray()],
            path => Tokenize(Path.Combine(Path.GetDirectoryName(path)!, "tokenizer.json")), 500, seed: 11, "tokenizer_config.json", beside));
    }

    [Fact]
    public void Vocabularies()
    {
        Check(FuzzRunner.Run(["""{"<unk>":0,"<s>":1,"</s>":2,"a":3,"b":4,"c":5," ":6}"""u8.ToArray()], Tokenize, 800, seed: 12, "vocab.json"));
        Check(FuzzRunner.Run([Pieces()], Tokenize, 800, seed: 13, "tok.bin"));
    }

    [Fact]
    public void Config_json()
    {
        var llama = Bytes("""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
            "vocab_size":11,"tie_word_embeddings":true,"rms_norm_eps":1e-5,"rope_theta":10000,"max_position_embeddings":64,"hidden_act":"silu","attention_bias":false,
            "rope_scaling":{"rope_type":"llama3","factor":8.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":16}}
            """);
        var qwen = Bytes("""
            {"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
            "head_dim":2,"vocab_size":11,"tie_word_embeddings":true,"rms_norm_eps":1e-6,"rope_parameters":{"rope_type":"default","rope_theta":1000000},"max_position_embeddings":64}
            """);
        foreach (var (config, tensors, seed) in new[] { (llama, Tensors(), 14), (qwen, Tensors(queryNorms: true), 24) })
        {
            Check(FuzzRunner.Run([config], path =>
            {
                ArchitectureRegistry.Build(ConfigReader.Open(path), tensors);
                ArchitectureRegistry.Build(ConfigReader.Open(path), tensors, GraphForm.Cached);
            }, 800, seed, "config.json"));
        }
    }

    [Fact]
    public void Whole_models()
    {
        using var folder = new TempFolder();
        var tensors = Tensors();
        using (var writer = new SafetensorsWriter(folder.File("model.safetensors"), tensors.Names.Select(name => new SafetensorsEntry(name, ElementType.F32, tensors[name].Shape))))
        {
            foreach (var name in tensors.Names) writer.Write(name, tensors[name]);
            writer.Complete();
        }
        var config = Bytes("""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
            "vocab_size":11,"tie_word_embeddings":true,"rms_norm_eps":1e-5,"rope_theta":10000,"max_position_embeddings":64,
            "transformers_version":"4.57.1 and other text that means nothing to a reader","bos_token_id":1234,"eos_token_id":5678}
            """);
        var weights = File.ReadAllBytes(folder.File("model.safetensors"));
        void Open(string path)
        {
            using var model = Model.Open(Path.GetDirectoryName(path)!);
            Assert.True(model.ContextLength > 0 && model.VocabularySize > 0);
        }
        Check(FuzzRunner.Run([weights], Open, 800, seed: 15, "model.safetensors", new Dictionary<string, byte[]> { ["config.json"] = config }));
        Check(FuzzRunner.Run([config], Open, 800, seed: 16, "config.json", new Dictionary<string, byte[]> { ["model.safetensors"] = weights }));
    }

    [Fact]
    public void Recipes()
    {
        var recipe = Bytes("""
            # a recipe
            model: models/llama
            method: sparsegpt
            pattern: "2:4"
            options: { damping: 0.1, block-size: 64 }
            exclude:
              - '*.down_proj'
              - lm_head
            data: calibration.jsonl
            data-field: text
            samples: 128
            seed: 7
            """);
        Check(FuzzRunner.Run([recipe], path => RecipeFile.Format(RecipeFile.Read(path)), 2000, seed: 17, "recipe.yaml"));
    }

    [Fact]
    public void Reports()
    {
        var seed = Bytes(ReportJson.Format(SampleReports.Masked()));
        Check(FuzzRunner.Run([seed], path =>
        {
            var report = ReportJson.Read(path);
            HtmlReport.Render(report);
            MarkdownModelCard.Render(report);
            Verdict.Of(report);
        }, 1000, seed: 18, "report.json"));
    }

    [Fact]
    public void Masks()
    {
        using var folder = new TempFolder();
        var mask = Mask.FromBytes(3, 11, [0xFF, 7, 1, 2, 0xAA, 5]);
        MaskFile.Write(folder.File("masks"), [KeyValuePair.Create("model.layers.0.mlp.up_proj.weight", mask), KeyValuePair.Create("b", mask)]);
        Check(FuzzRunner.Run([File.ReadAllBytes(folder.File("masks"))], path => MaskFile.Read(path), 1500, seed: 19, MaskFile.FileName));
    }

    [Fact]
    public void Data_files()
    {
        var lines = string.Concat(Enumerable.Range(0, 12).Select(i => $$"""{"id":{{i}},"text":"document {{i}}: \u00e4 b c"}""" + "\n"));
        Check(FuzzRunner.Run([Bytes(lines)], Read, 1000, seed: 20, "data.jsonl"));
        Check(FuzzRunner.Run([Bytes(string.Concat(Enumerable.Repeat(Sample, 3)))], Read, 500, seed: 21, "data.txt"));
        using var folder = new TempFolder();
        var ids = ArrayTensorData.FromInt64(new TensorShape(4, 8), [.. Enumerable.Range(1, 32).Select(i => (long)i)]);
        using (var writer = new SafetensorsWriter(folder.File("ids"), [new SafetensorsEntry("ids", ElementType.I64, ids.Shape)]))
        {
            writer.Write("ids", ids);
            writer.Complete();
        }
        Check(FuzzRunner.Run([File.ReadAllBytes(folder.File("ids"))], Read, 1500, seed: 22, "ids.safetensors"));
    }

    private static void Read(string path)
    {
        var request = new DataRequest { Path = path, Tokenizer = new CharacterTokenizer(), VocabularySize = 1 << 21 };
        EvaluationText.Open(request).Windows(4);
        CalibrationSamples.Draw(request, 2, 4, new SeededRandom(1));
        CalibrationSamples.ShapeOf(request);
    }

    private static void Tokenize(string path)
    {
        var tokenizer = TokenizerLoader.Open(path);
        tokenizer.Decode(tokenizer.Encode(Sample, addSpecialTokens: true));
    }

    private static byte[] Pieces()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(7);
        foreach (var (piece, index) in ((string[])["<unk>", "\n<s>\n", "\n</s>\n", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), " ", "t", "h", "e", "th", "the", " the"]).Select((piece, index) => (piece, index)))
        {
            writer.Write(-(float)index);
            var bytes = Encoding.UTF8.GetBytes(piece);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
        return stream.ToArray();
    }

    // The tensors of both configurations: a block of 8 inputs, 4 heads of 2, 2 heads for keys and values.
    private static InMemoryTensors Tensors(bool queryNorms = false)
    {
        var tensors = new InMemoryTensors();
        void Add(string name, params long[] shape) => tensors.Set(name, ArrayTensorData.FromSingles(new TensorShape(shape), new float[shape.Aggregate((a, b) => a * b)]));
        const string Block = "model.layers.0.";
        Add("model.embed_tokens.weight", 11, 8);
        Add("model.norm.weight", 8);
        foreach (var norm in (string[])["input_layernorm", "post_attention_layernorm"]) Add(Block + norm + ".weight", 8);
        foreach (var norm in queryNorms ? (string[])["q_norm", "k_norm"] : []) Add(Block + $"self_attn.{norm}.weight", 2);
        foreach (var (name, rows) in ((string, long)[])[("q_proj", 8), ("k_proj", 4), ("v_proj", 4), ("o_proj", 8)]) Add(Block + $"self_attn.{name}.weight", rows, 8);
        Add(Block + "mlp.gate_proj.weight", 12, 8);
        Add(Block + "mlp.up_proj.weight", 12, 8);
        Add(Block + "mlp.down_proj.weight", 8, 12);
        return tensors;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Check((int Opened, int Refused) result)
    {
        output.WriteLine($"{result.Opened} opened, {result.Refused} refused");
        Assert.True(result.Opened > 10 && result.Refused > 10, $"{result}: the damage is too weak or too strong to mean anything");
    }
}
