using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Espalier.Formats.Tokenizers;
using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>
/// A model of the llama family in a GGUF file (architectures llama, which includes mistral, qwen2, qwen3, smollm3), seen with Hugging
/// Face names and row order. Where the file stores query and key rows as neighbouring rotary pairs, they are put back into the
/// half-split order by a view; nothing is copied.
/// </summary>
public sealed class GgufCheckpoint : TensorCollection
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, TensorData> _tensors = new(StringComparer.Ordinal);
    private readonly GgufHyperparameters _numbers;

    private GgufCheckpoint(GgufFile file)
    {
        File = file;
        _numbers = new GgufHyperparameters(file);
        var blocks = new HashSet<int>();
        foreach (var name in file.Names)
        {
            if (name == GgufNames.RopeFactors) continue;
            if (!GgufNames.TryTranslate(name, _numbers.Architecture, out var translated, out var block, out var part))
            {
                throw new InvalidFileException(file.Origin, $"a model of architecture {_numbers.Architecture.Name} has no such tensor",
                    $"tensor {NearNames.Quote(name)}", "Use the safetensors files of the model instead");
            }
            if (block >= 0) blocks.Add(block);
            _names.Add(translated);
            _tensors.Add(translated, Reorder(name, part, file[name]));
        }
        if (!Contains("model.embed_tokens.weight"))
            throw new InvalidFileException(file.Origin, "the token embedding 'token_embd.weight' is missing");
        CheckBlocks(blocks);
    }

    /// <summary>The file with its own names, and the metadata.</summary>
    public GgufFile File { get; }

    /// <summary>
    /// Factors by which rotary frequencies are divided (llama 3), one for each pair of a head, or null. They are not among
    /// <see cref="Names"/>: Hugging Face models compute them from <c>rope_scaling</c>, see <see cref="CreateConfig"/>.
    /// </summary>
    public TensorData? RopeFactors => File.TryGet(GgufNames.RopeFactors, out var data) ? data : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public override string Origin => File.Origin;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => File.Metadata;

    /// <summary>Opens a GGUF file as a model.</summary>
    /// <exception cref="InvalidFileException">
    /// The file is damaged, of another architecture, or holds a tensor that the family does not have.
    /// </exception>
    public static GgufCheckpoint Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return new GgufCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The <c>config.json</c> of a Hugging Face model equal to this one.</summary>
    /// <exception cref="InvalidFileException">A value is missing, impossible, or has no equivalent there; the key is named.</exception>
    public JsonObject CreateConfig() => GgufConfig.Create(this, _numbers);

    /// <summary>The tokenizer's vocabulary and settings, or null when the file has none.</summary>
    /// <exception cref="InvalidFileException">A value is of an unexpected type, or arrays differ in length.</exception>
    public GgufTokenizerSpec? ReadTokenizer() => GgufTokenizerReader.Read(File);

    /// <inheritdoc/>
    public override bool TryGet(string name, [NotNullWhen(true)] out TensorData? data) => _tensors.TryGetValue(name, out data);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) File.Dispose();
        base.Dispose(disposing);
    }

    // Every block must be there, so that later loops over the stated count are bounded by the file.
    private void CheckBlocks(HashSet<int> blocks)
    {
        var stated = _numbers.Positive("block_count");
        if (blocks.Count != stated) throw _numbers.Fault("block_count", $"{stated} blocks are stated but the tensors make {blocks.Count}");
        var beyond = blocks.Where(block => block >= stated).Select(block => (int?)block).FirstOrDefault();
        if (beyond is not null) throw _numbers.Fault("block_count", $"{stated} blocks are stated but there are tensors of block {beyond}");
    }

    private TensorData Reorder(string name, string part, TensorData data)
    {
        if (!_numbers.Architecture.Interleaved || part is not ("attn_q" or "attn_k")) return data;
        var heads = part == "attn_q" ? _numbers.Heads : _numbers.KeyValueHeads;
        var headRows = _numbers.HeadDimension;
        if (data.ElementCount == 0 || data.Shape.Rank == 0 || data.Shape[0] != heads * headRows || headRows % 2 != 0)
        {
            throw new InvalidFileException(Origin,
                $"its shape {data.Shape} does not consist of {heads} heads of {headRows} rows, an even number", $"tensor {NearNames.Quote(name)}");
        }
        return new RowGatherTensorData(data, HalfSplitRows(heads * headRows, headRows));
    }

    // Row r of a head is stored as row 2r in the first half, 2(r - half) + 1 in the second.
    private static long[] HalfSplitRows(long rows, long headRows)
    {
        var half = headRows / 2;
        var order = new long[rows];
        for (var row = 0L; row < rows; row++)
        {
            var (head, inside) = Math.DivRem(row, headRows);
            order[row] = head * headRows + (inside < half ? 2 * inside : 2 * (inside - half) + 1);
        }
        return order;
    }
}
