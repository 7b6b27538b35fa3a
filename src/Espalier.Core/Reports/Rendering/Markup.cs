using System.Globalization;
using System.Text;

namespace Espalier.Reports.Rendering;

/// <summary>
/// Writes HTML that is well-formed XML as well. All text and attribute values are escaped here, and nowhere else; characters that XML cannot hold are
/// replaced by U+FFFD.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new("<!DOCTYPE html>\n");
    private readonly Stack<string> _open = [];

    /// <summary>Opens an element; dispose the result to close it.</summary>
    public Scope Element(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Start(name, attributes);
        _text.Append('>');
        _open.Push(name);
        return new Scope(this);
    }

    /// <summary>An element with text only.</summary>
    public void Leaf(string name, string text, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Start(name, attributes);
        _text.Append('>');
        Text(text);
        _text.Append("</").Append(name).Append('>');
    }

    /// <summary>An element without content, for example <c>meta</c> or an SVG shape.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Start(name, attributes);
        _text.Append("/>");
    }

    /// <summary>Escaped text.</summary>
    public void Text(string text)
    {
        foreach (var rune in text.EnumerateRunes()) Append(rune);
    }

    /// <summary>A line break in the source, for readers of the source.</summary>
    public void Line() => _text.Append('\n');

    /// <summary>A style sheet of this program: written as it is.</summary>
    public void Style(string css) => _text.Append("<style>").Append(css).Append("</style>");

    /// <summary>The document.</summary>
    public override string ToString() =>
        _open.Count == 0 ? _text.ToString() : throw new InvalidOperationException($"The element '{_open.Peek()}' is still open.");

    /// <summary>A coordinate: at most one decimal keeps documents small.</summary>
    public static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private void Start(string name, ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is null) continue;
            _text.Append(' ').Append(attribute).Append("=\"");
            Text(value switch
            {
                double number => Number(number),
                IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
                _ => value.ToString() ?? "",
            });
            _text.Append('"');
        }
    }

    private void Append(Rune rune)
    {
        switch (rune.Value)
        {
            case '&': _text.Append("&amp;"); break;
            case '<': _text.Append("&lt;"); break;
            case '>': _text.Append("&gt;"); break;
            case '"': _text.Append("&quot;"); break;
            case '\'': _text.Append("&#39;"); break;
            case '\t' or '\n': _text.Append((char)rune.Value); break;
            case < 0x20 or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF: _text.Append('\uFFFD'); break;
            default: _text.Append(rune); break;
        }
    }

    private void Close() => _text.Append("</").Append(_open.Pop()).Append('>');

    /// <summary>Closes its element when disposed.</summary>
    internal readonly struct Scope(Markup markup) : IDisposable
    {
        public void Dispose() => markup.Close();
    }
}
