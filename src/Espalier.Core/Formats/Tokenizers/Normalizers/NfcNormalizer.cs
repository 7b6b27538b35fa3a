using System.Text;

namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Normalisation form C. Each result carries how many source characters it used beyond one (negative step) or that it was inserted
/// (step 1); a composed character keeps the range of the first character that went into it, an inserted one that of its predecessor.
/// </summary>
internal sealed class NfcNormalizer : Normalizer
{
    // No character below U+0300 is changed by composition or takes part in reordering.
    private const char FirstAffected = '\u0300';

    private readonly record struct Part(int CodePoint, int Step, int Class);

    public override TextSpan Apply(TextSpan text)
    {
        if (!text.Chars.ContainsAnyInRange(FirstAffected, '\uFFFF')) return text;
        var source = new List<(int Start, int End)>(text.Length);
        return Align(text, Compose(Decompose(text.Chars, source)), source);
    }

    private static List<Part> Decompose(ReadOnlySpan<char> chars, List<(int Start, int End)> source)
    {
        var parts = new List<Part>(chars.Length);
        var buffer = new List<int>();
        var sorted = 0; // start of the combining marks after the last starter
        for (var i = 0; i < chars.Length;)
        {
            Rune.DecodeFromUtf16(chars[i..], out var rune, out var length);
            source.Add((i, i + length));
            i += length;
            buffer.Clear();
            CanonicalTables.Decompose(rune.Value, buffer);
            for (var k = 0; k < buffer.Count; k++)
            {
                var part = new Part(buffer[k], k == 0 ? 0 : 1, CanonicalTables.CombiningClass(buffer[k]));
                if (part.Class == 0)
                {
                    SortMarks(parts, sorted);
                    sorted = parts.Count + 1;
                }
                parts.Add(part);
            }
        }
        SortMarks(parts, sorted);
        return parts;
    }

    // Stable: List.Sort is not, so the position breaks ties. OrderBy is stable and n log n also for a hostile run of marks.
    private static void SortMarks(List<Part> parts, int from)
    {
        if (parts.Count - from < 2) return;
        var marks = parts.Skip(from).OrderBy(static part => part.Class).ToArray();
        parts.RemoveRange(from, marks.Length);
        parts.AddRange(marks);
    }

    private static List<Part> Compose(List<Part> parts)
    {
        var output = new List<Part>(parts.Count);
        var starter = -1; // index in output of the last starter
        foreach (var part in parts)
        {
            if (starter >= 0)
            {
                // A mark is blocked by an equal or higher class, and a starter by anything, between it and the last starter.
                var last = output.Count - 1 == starter ? -1 : output[^1].Class;
                if (last < part.Class)
                {
                    var composite = CanonicalTables.Compose(output[starter].CodePoint, part.CodePoint);
                    if (composite >= 0)
                    {
                        output[starter] = new Part(composite, output[starter].Step + part.Step - 1, 0);
                        continue;
                    }
                }
            }
            if (part.Class == 0) starter = output.Count;
            output.Add(part);
        }
        return output;
    }

    private static TextSpan Align(TextSpan text, List<Part> parts, List<(int Start, int End)> source)
    {
        var builder = new AlignedTextBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        var next = 0;
        foreach (var part in parts)
        {
            var (start, end) = source[part.Step > 0 ? Math.Max(next - 1, 0) : Math.Min(next, source.Count - 1)];
            var length = new Rune(part.CodePoint).EncodeToUtf16(units);
            builder.Append(units[..length], text.OriginalStart(start), text.OriginalEnd(end));
            if (part.Step <= 0) next += 1 - part.Step;
        }
        return builder.ToSpan();
    }
}
