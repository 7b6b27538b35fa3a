using System.Globalization;

namespace Espalier.Formats.Gguf;

/// <summary>The typed key-value pairs of a GGUF file, in file order.</summary>
public sealed class GgufMetadata
{
    private readonly string _path;
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    internal GgufMetadata(string path) => _path = path;

    /// <summary>All keys.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>The raw value (number, Boolean, string, or array of one of them), or null when the key is absent.</summary>
    public object? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>True when the key is present.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>A string, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is of another type.</exception>
    public string? GetString(string key) => Get<string>(key, "a string");

    /// <summary>A Boolean, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is of another type.</exception>
    public bool? GetBoolean(string key) => this[key] switch
    {
        null => null,
        bool value => value,
        _ => throw Fault(key, "a Boolean"),
    };

    /// <summary>An integer of any width, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is no integer, or above 2^63.</exception>
    public long? GetInteger(string key) => this[key] switch
    {
        null => null,
        byte or sbyte or ushort or short or uint or int or long => Convert.ToInt64(this[key], CultureInfo.InvariantCulture),
        ulong and > long.MaxValue => throw Fault(key, "an integer below 2^63"),
        ulong value => (long)value,
        _ => throw Fault(key, "an integer"),
    };

    /// <summary>
    /// A real number, or null when the key is absent. Stored as 32-bit float it is read as the shortest decimal that gives
    /// that float, so that 9.999999747e-06 comes out as the 1e-05 that was meant.
    /// </summary>
    /// <exception cref="InvalidFileException">The value is no number.</exception>
    public double? GetReal(string key) => this[key] switch
    {
        null => null,
        float value => Shortest(value),
        double value => value,
        bool or string => throw Fault(key, "a number"),
        _ => GetInteger(key),
    };

    /// <summary>An array of strings, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is of another type.</exception>
    public IReadOnlyList<string>? GetStrings(string key) => Get<string[]>(key, "an array of strings");

    /// <summary>An array of 32-bit floats, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is of another type.</exception>
    public IReadOnlyList<float>? GetSingles(string key) => Get<float[]>(key, "an array of 32-bit floats");

    /// <summary>An array of 32-bit integers, signed or unsigned, or null when the key is absent.</summary>
    /// <exception cref="InvalidFileException">The value is of another type.</exception>
    public IReadOnlyList<int>? GetIntegers(string key) => this[key] is uint[] unsigned
        ? Array.ConvertAll(unsigned, value => value <= int.MaxValue ? (int)value : throw Fault(key, "an array of integers below 2^31"))
        : Get<int[]>(key, "an array of 32-bit integers");

    internal bool TryAdd(string key, object value)
    {
        if (!_values.TryAdd(key, value)) return false;
        _keys.Add(key);
        return true;
    }

    internal InvalidFileException Fault(string key, string expected) =>
        new(_path, $"the value is not {expected}", $"metadata key {NearNames.Quote(key)}",
            "Convert the model to GGUF again with a current converter");

    // The runtime writes a float with the fewest digits that identify it.
    private static double Shortest(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    private T? Get<T>(string key, string expected)
        where T : class => this[key] switch
        {
            null => null,
            // The runtime lets uint[] pass as int[] in a cast of object; the exact type is wanted.
            T value when value.GetType() == typeof(T) => value,
            _ => throw Fault(key, expected),
        };
}
