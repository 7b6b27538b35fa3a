using Espalier.Tensors;

namespace Espalier.Formats.Gguf;

/// <summary>
/// Reads the header: magic, version, counts, key-value pairs, tensor entries. Order of calls: start, metadata, tensors.
/// </summary>
internal sealed class GgufHeader(MappedFile file)
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int MaxDimensions = 8; // the reference writes at most 4
    private const int MaxNameBytes = 65535;
    private const int LeastTensorBytes = 24; // empty name, no dimensions
    private const int LeastPairBytes = 13; // empty key, type, one byte
    private const long DefaultAlignment = 32;

    private readonly GgufReader _reader = new(file);
    private long _tensorCount, _pairCount;

    /// <summary>Reads magic, version and counts.</summary>
    /// <returns>The version, 2 or 3.</returns>
    public int ReadStart()
    {
        if (_reader.Read<uint>() != Magic)
            throw new InvalidFileException(file.Path, "the file does not start with 'GGUF'", "header", "Check that this is a GGUF file");
        var version = _reader.Read<uint>();
        if ((version & 0xFFFF) == 0 && version != 0)
            throw new InvalidFileException(file.Path, "the file is big-endian", "header", "Use a little-endian file");
        if (version is not (2 or 3))
        {
            throw new InvalidFileException(file.Path, $"version {version} is not read, only 2 and 3 are", "header",
                "Convert the model to GGUF again with a current converter");
        }
        _tensorCount = Count(LeastTensorBytes, "tensors");
        _pairCount = Count(LeastPairBytes, "metadata pairs");
        return (int)version;
    }

    /// <summary>Reads the key-value pairs.</summary>
    public void ReadMetadata(GgufMetadata metadata)
    {
        for (var i = 0L; i < _pairCount; i++)
        {
            _reader.Part = $"metadata pair {i}";
            var key = _reader.ReadString(MaxNameBytes);
            _reader.Part = $"metadata key {NearNames.Quote(key)}";
            if (!metadata.TryAdd(key, _reader.ReadValue(_reader.Read<uint>()))) throw _reader.Fault("the key occurs twice");
        }
    }

    /// <summary>Reads the tensor entries and checks their places in the file.</summary>
    public List<GgufTensor> ReadTensors(GgufMetadata metadata)
    {
        var alignment = metadata.GetInteger("general.alignment") ?? DefaultAlignment;
        if (alignment < 1 || alignment > 1 << 30 || (alignment & (alignment - 1)) != 0)
            throw metadata.Fault("general.alignment", "a power of two below 2^30");
        var entries = new List<(string Name, GgmlType Type, TensorShape Shape, ulong Offset)>();
        for (var i = 0L; i < _tensorCount; i++) entries.Add(ReadEntry(i));
        var dataStart = (_reader.Position + alignment - 1) / alignment * alignment;
        var tensors = entries.ConvertAll(e => Place(e.Name, e.Type, e.Shape, e.Offset, dataStart, alignment));
        CheckOverlap(tensors);
        return tensors;
    }

    private (string Name, GgmlType Type, TensorShape Shape, ulong Offset) ReadEntry(long index)
    {
        _reader.Part = $"tensor {index}";
        var name = _reader.ReadString(MaxNameBytes);
        _reader.Part = $"tensor {NearNames.Quote(name)}";
        var rank = _reader.Read<uint>();
        if (rank > MaxDimensions) throw _reader.Fault($"{rank} dimensions, at most {MaxDimensions} are possible");
        var sizes = new long[rank];
        for (var axis = (int)rank - 1; axis >= 0; axis--) sizes[axis] = Size(_reader.Read<ulong>()); // innermost first in the file
        var number = _reader.Read<uint>();
        if (!GgmlType.TryGet(number, out var type))
        {
            throw new InvalidFileException(file.Path, $"it is stored as {GgmlType.NameOfUnread(number)}, which is not read", _reader.Part,
                "Use a file of the same model in F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K");
        }
        var inner = sizes.Length > 0 ? sizes[^1] : 1;
        if (inner % type.BlockElements != 0)
            throw _reader.Fault($"rows of {inner} elements do not consist of whole {type.Name} blocks of {type.BlockElements}");
        try
        {
            return (name, type, new TensorShape(sizes), _reader.Read<ulong>());
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw _reader.Fault("the size of its shape overflows", e);
        }
    }

    private GgufTensor Place(string name, GgmlType type, TensorShape shape, ulong offset, long dataStart, long alignment)
    {
        _reader.Part = $"tensor {NearNames.Quote(name)}";
        if (offset % (ulong)alignment != 0) throw _reader.Fault($"its offset {offset} is not a multiple of the alignment {alignment}");
        var blocks = shape.ElementCount / type.BlockElements;
        var room = file.Length - dataStart;
        if (room < 0) throw _reader.Fault("the file ends before the tensor data begin");
        // Divided instead of multiplied, so that nothing overflows. Decoded values are counted in bytes of 64 bits as well.
        if (offset > (ulong)room || blocks > (room - (long)offset) / type.BlockBytes)
            throw _reader.Fault($"{type.Name} {shape} at offset {offset} does not fit the {room} data bytes of the file");
        return new GgufTensor(name, type, shape, dataStart + (long)offset, blocks * type.BlockBytes);
    }

    private void CheckOverlap(List<GgufTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var tensor in tensors.Where(t => t.Bytes > 0).OrderBy(t => t.FileOffset))
        {
            _reader.Part = $"tensor {NearNames.Quote(tensor.Name)}";
            if (tensor.FileOffset < end) throw _reader.Fault("its data overlap those of another tensor");
            end = tensor.FileOffset + tensor.Bytes;
        }
        foreach (var tensor in tensors)
        {
            _reader.Part = $"tensor {NearNames.Quote(tensor.Name)}";
            if (!names.Add(tensor.Name)) throw _reader.Fault("the name occurs twice");
        }
    }

    private long Count(int leastBytes, string what)
    {
        var count = _reader.Read<ulong>();
        if (count > (ulong)(file.Length / leastBytes)) throw _reader.Fault($"{count} {what} are more than the file can hold");
        return (long)count;
    }

    private long Size(ulong size) => size <= long.MaxValue ? (long)size : throw _reader.Fault($"a dimension of {size} is impossible");
}
