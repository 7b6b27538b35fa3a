namespace Espalier.Formats.Gguf;

/// <summary>Architecture numbers of a file, under the keys of its architecture; each is checked when it is read.</summary>
internal sealed class GgufHyperparameters(GgufFile file)
{
    public GgufArchitecture Architecture { get; } = GgufArchitecture.Of(file);

    public long Hidden => Positive("embedding_length");

    public long Heads => Positive("attention.head_count");

    public long KeyValueHeads => Optional("attention.head_count_kv") ?? Heads;

    /// <summary>Width of one head: the stated key length, else hidden size through heads.</summary>
    public long HeadDimension
    {
        get
        {
            if (Optional("attention.key_length") is { } stated)
            {
                if (Optional("attention.value_length") is { } value && value != stated)
                    throw Fault("attention.value_length", $"values of length {value} beside keys of length {stated} are not read");
                return stated;
            }
            if (Hidden % Heads != 0) throw Fault("attention.head_count", $"{Heads} heads do not divide the hidden size {Hidden}");
            return Hidden / Heads;
        }
    }

    /// <summary>A number above zero.</summary>
    /// <exception cref="InvalidFileException">It is missing or not positive.</exception>
    public long Positive(string name) => Optional(name) ?? throw Fault(name, "the value is missing");

    /// <summary>A number above zero, or null when the key is absent.</summary>
    public long? Optional(string name)
    {
        var key = Key(name);
        if (file.Values[key] is Array) throw Fault(name, "a value for each layer is not read, only one for all");
        var value = file.Values.GetInteger(key);
        return value is null or (> 0 and <= int.MaxValue) ? value : throw Fault(name, $"the value {value} is impossible");
    }

    /// <summary>A real number above zero, or null when the key is absent.</summary>
    public double? Real(string name)
    {
        var value = file.Values.GetReal(Key(name));
        return value is null || (double.IsFinite(value.Value) && value > 0) ? value : throw Fault(name, $"the value {value} is impossible");
    }

    /// <summary>A string, or null when the key is absent.</summary>
    public string? Text(string name) => file.Values.GetString(Key(name));

    /// <summary>An error about a key of the architecture.</summary>
    public InvalidFileException Fault(string name, string problem) => new(file.Origin, problem, $"metadata key '{Key(name)}'",
        "Use the safetensors files of the model instead, or convert it to GGUF again");

    private string Key(string name) => $"{Architecture.Name}.{name}";
}
