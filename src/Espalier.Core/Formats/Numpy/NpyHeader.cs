using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Espalier.Tensors;

namespace Espalier.Formats.Numpy;

/// <summary>
/// The header of an NPY array, versions 1 to 3: a mark, the length, and a Python dictionary with <c>descr</c>, <c>fortran_order</c> and <c>shape</c>. It is
/// parsed as data; anything but that dictionary is refused.
/// </summary>
internal sealed class NpyHeader
{
    /// <summary>Bytes that hold every header that is accepted; NumPy itself stops at 10,000.</summary>
    public const int MaxBytes = 1 << 14;

    private const int MaxRank = 32;
    private static ReadOnlySpan<byte> Mark => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private NpyHeader(ElementType type, TensorShape shape, bool isFortran, int dataStart) => (Type, Shape, IsFortran, DataStart) = (type, shape, isFortran, dataStart);

    /// <summary>Type of the elements.</summary>
    public ElementType Type { get; }

    /// <summary>Shape, whatever the order of the data.</summary>
    public TensorShape Shape { get; }

    /// <summary>True when the first axis varies fastest.</summary>
    public bool IsFortran { get; }

    /// <summary>Offset of the first element.</summary>
    public int DataStart { get; }

    /// <summary>True when the bytes start as an NPY file does.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Mark);

    /// <summary>Reads a header and holds it against the length of the file.</summary>
    /// <param name="start">The first <see cref="MaxBytes"/> bytes, or all if there are fewer.</param>
    /// <param name="length">Bytes of header and data together.</param>
    /// <param name="file">File, for messages.</param>
    /// <param name="part">Member, for messages.</param>
    /// <exception cref="InvalidFileException">The header is damaged, or of a type that tensors cannot have, or does not fit the length.</exception>
    public static NpyHeader Read(ReadOnlySpan<byte> start, long length, string file, string? part)
    {
        InvalidFileException Broken(string problem, string? remedy = null) => new(file, problem, part, remedy);
        if (start.Length < 10 || !IsStart(start)) throw Broken("it does not start as a NumPy array does", "Save it with numpy.save or numpy.savez");
        var version = start[6];
        if (version is < 1 or > 3) throw Broken($"it has version {version}.{start[7]} of the NPY format, versions 1 to 3 are read");
        if (version > 1 && start.Length < 12) throw Broken("its header is cut off");
        var textStart = version == 1 ? 10 : 12;
        var textLength = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (textLength > MaxBytes - textStart) throw Broken($"its header claims {textLength} bytes, at most {MaxBytes - textStart} are read");
        if (textLength > start.Length - textStart) throw Broken($"its header claims {textLength} bytes, but only {start.Length - textStart} follow");
        var dataStart = textStart + (int)textLength;
        var (type, sizes, isFortran) = new Parser(Encoding.UTF8.GetString(start[textStart..dataStart]), Broken).Read();
        TensorShape shape;
        long bytes;
        try
        {
            shape = new TensorShape(sizes);
            bytes = checked(shape.ElementCount * type.Size());
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw Broken($"its shape ({string.Join(", ", sizes)}) is impossible");
        }
        if (bytes != length - dataStart) throw Broken($"its shape {shape} of {type} needs {bytes} bytes, but {length - dataStart} follow the header");
        return new NpyHeader(type, shape, isFortran, dataStart);
    }

    private delegate InvalidFileException Refusal(string problem, string? remedy = null);

    /// <summary>Parses the dictionary.</summary>
    private ref struct Parser(string text, Refusal broken)
    {
        private ReadOnlySpan<char> _rest = text;

        public (ElementType Type, long[] Sizes, bool IsFortran) Read()
        {
            string? descr = null;
            bool? isFortran = null;
            long[]? sizes = null;
            Expect('{');
            while (!Try('}'))
            {
                var key = Quoted();
                Expect(':');
                if (key == "descr" && descr is null) descr = Descr();
                else if (key == "fortran_order" && isFortran is null) isFortran = Boolean();
                else if (key == "shape" && sizes is null) sizes = Sizes();
                else throw broken($"its header holds the unexpected key {NearNames.Quote(key)}");
                if (Try(',')) continue;
                Expect('}');
                break;
            }
            if (!_rest.Trim(" \n\r\t\0").IsEmpty) throw broken("text follows the dictionary of its header");
            if (descr is null || isFortran is null || sizes is null) throw broken("its header lacks descr, fortran_order or shape");
            var type = NpyTypes.Parse(descr) ?? throw broken($"its type {NearNames.Quote(descr)} is none that tensors can have", NpyTypes.Remedy(descr));
            return (type, sizes, isFortran.Value);
        }

        private string Descr()
        {
            Skip();
            if (_rest.StartsWith("[")) throw broken("it is an array of records", "Save each field as an array of its own");
            return Quoted();
        }

        private string Quoted()
        {
            Skip();
            if (_rest.IsEmpty || _rest[0] is not ('\'' or '"')) throw Unexpected("a quoted name");
            var end = _rest[1..].IndexOf(_rest[0]);
            if (end < 0) throw Unexpected("the end of a quoted name");
            var result = _rest.Slice(1, end).ToString();
            _rest = _rest[(end + 2)..];
            return result;
        }

        private bool Boolean()
        {
            Skip();
            foreach (var (word, value) in ((string, bool)[])[("True", true), ("False", false)])
            {
                if (!_rest.StartsWith(word)) continue;
                _rest = _rest[word.Length..];
                return value;
            }
            throw Unexpected("True or False");
        }

        private long[] Sizes()
        {
            var sizes = new List<long>();
            Expect('(');
            while (!Try(')'))
            {
                Skip();
                var digits = _rest.IndexOfAnyExceptInRange('0', '9');
                if (digits <= 0 || !long.TryParse(_rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var size)) throw Unexpected("a size");
                if (sizes.Count == MaxRank) throw broken($"it has more than {MaxRank} axes");
                sizes.Add(size);
                _rest = _rest[digits..];
                if (_rest.StartsWith("L")) _rest = _rest[1..]; // Python 2 wrote long integers so
                if (Try(',')) continue;
                Expect(')');
                break;
            }
            return [.. sizes];
        }

        private void Expect(char c)
        {
            if (!Try(c)) throw Unexpected($"'{c}'");
        }

        private bool Try(char c)
        {
            Skip();
            if (_rest.IsEmpty || _rest[0] != c) return false;
            _rest = _rest[1..];
            return true;
        }

        private void Skip() => _rest = _rest.TrimStart();

        private readonly InvalidFileException Unexpected(string expected) =>
            broken($"its header is not that of a NumPy array: {expected} is expected at {(_rest.IsEmpty ? "its end" : NearNames.Quote(_rest[..Math.Min(_rest.Length, 20)].ToString()))}");
    }
}
