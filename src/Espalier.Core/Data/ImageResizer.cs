namespace Espalier.Data;

/// <summary>
/// Bilinear resizing with a triangle filter that widens by the factor of shrinking, so that every input pixel counts. Separable: columns first, then rows.
/// Only the part that is wanted is computed.
/// </summary>
internal sealed class ImageResizer
{
    private float[] _rows = [];

    /// <summary>Resizes an image and cuts a part out.</summary>
    /// <param name="source">Values [channels, height, width].</param>
    /// <param name="from">Their shape.</param>
    /// <param name="height">Rows of the whole resized image.</param>
    /// <param name="width">Columns of the whole resized image.</param>
    /// <param name="top">First row of the part.</param>
    /// <param name="left">First column of the part.</param>
    /// <param name="target">Receives the part.</param>
    /// <param name="to">Shape of the part.</param>
    public void Run(ReadOnlySpan<float> source, ImageShape from, int height, int width, int top, int left, Span<float> target, ImageShape to)
    {
        var columns = Taps.Create(from.Width, width, left, to.Width);
        var lines = Taps.Create(from.Height, height, top, to.Height);
        if (_rows.Length < from.Height * to.Width) _rows = new float[from.Height * to.Width];
        for (var c = 0; c < to.Channels; c++)
        {
            var plane = source.Slice(c * from.Height * from.Width, from.Height * from.Width);
            var part = target.Slice(c * to.Height * to.Width, to.Height * to.Width);
            var (firstLine, lastLine) = (lines.Start[0], lines.Start[^1] + lines.Count[^1]);
            for (var y = firstLine; y < lastLine; y++)
            {
                var line = plane.Slice(y * from.Width, from.Width);
                for (var x = 0; x < to.Width; x++)
                {
                    var sum = 0f;
                    for (var k = 0; k < columns.Count[x]; k++) sum += line[columns.Start[x] + k] * columns.Weights[x * columns.Width + k];
                    _rows[y * to.Width + x] = sum;
                }
            }
            for (var y = 0; y < to.Height; y++)
            {
                var line = part.Slice(y * to.Width, to.Width);
                line.Clear();
                for (var k = 0; k < lines.Count[y]; k++)
                {
                    var weight = lines.Weights[y * lines.Width + k];
                    var row = _rows.AsSpan((lines.Start[y] + k) * to.Width, to.Width);
                    for (var x = 0; x < row.Length; x++) line[x] += weight * row[x];
                }
            }
        }
    }

    /// <summary>The input pixels that make each output pixel along one axis, and their weights, which sum to 1.</summary>
    private readonly record struct Taps(int[] Start, int[] Count, float[] Weights, int Width)
    {
        public static Taps Create(int input, int output, int first, int count)
        {
            var scale = (double)input / output;
            var reach = Math.Max(scale, 1);
            var width = 2 * (int)Math.Ceiling(reach) + 1;
            var taps = new Taps(new int[count], new int[count], new float[count * width], width);
            for (var i = 0; i < count; i++)
            {
                var center = (first + i + 0.5) * scale;
                var start = Math.Max((int)(center - reach + 0.5), 0);
                var end = Math.Min((int)(center + reach + 0.5), input);
                var sum = 0.0;
                for (var k = start; k < end; k++) sum += Weight(k, center, reach);
                for (var k = start; k < end; k++) taps.Weights[i * width + k - start] = (float)(Weight(k, center, reach) / sum);
                (taps.Start[i], taps.Count[i]) = (start, end - start);
            }
            return taps;
        }

        private static double Weight(int pixel, double center, double reach) => Math.Max(0, 1 - Math.Abs(pixel + 0.5 - center) / reach);
    }
}
