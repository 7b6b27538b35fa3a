using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Post-processing of detectors.</summary>
internal static class DetectionOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["NonMaxSuppression"] = static (in OperatorCall c) => [Suppress(c)];
    }

    /// <summary>
    /// Boxes [batch, boxes, 4], scores [batch, classes, boxes]; result [chosen, 3]: batch, class and box, per class in the order of falling scores.
    /// A box is dropped if it overlaps a chosen one by more than the threshold. Decided on the host: every choice depends on the ones before.
    /// </summary>
    private static Tensor Suppress(in OperatorCall call)
    {
        var boxes = Singles(call[0]);
        var scores = Singles(call[1]);
        var (batches, classes, count) = (call[1].shape[0], call[1].shape[1], call[1].shape[2]);
        var most = call.Optional(2) is null ? 0 : call.Integers(2)[0];
        var overlap = call.Optional(3) is { } iou ? Singles(iou)[0] : 0;
        var least = call.Optional(4) is { } threshold ? Singles(threshold)[0] : float.NegativeInfinity;
        var center = call.Attributes.Int("center_point_box", 0) != 0;
        var chosen = new List<long>();
        for (var batch = 0L; batch < batches; batch++)
        {
            for (var label = 0L; label < classes; label++)
            {
                var offset = ((batch * classes) + label) * count;
                var order = Enumerable.Range(0, (int)count).Where(i => scores[offset + i] > least).OrderByDescending(i => scores[offset + i]);
                var kept = new List<Box>();
                foreach (var i in order)
                {
                    if (kept.Count >= most) break;
                    var box = Box.Read(boxes.AsSpan(checked((int)(((batch * count) + i) * 4)), 4), center);
                    if (kept.Exists(other => box.Overlap(other) > overlap)) continue;
                    kept.Add(box);
                    chosen.AddRange([batch, label, i]);
                }
            }
        }
        return tensor(chosen.ToArray(), ScalarType.Int64).reshape(-1, 3).to(call.Device);
    }

    private static float[] Singles(Tensor tensor) => tensor.to(ScalarType.Float32).cpu().contiguous().reshape(-1).data<float>().ToArray();

    private readonly record struct Box(float Top, float Left, float Bottom, float Right)
    {
        /// <summary>Two opposite corners in any order, or the centre with width and height.</summary>
        public static Box Read(ReadOnlySpan<float> numbers, bool center)
        {
            var (a, b, c, d) = (numbers[0], numbers[1], numbers[2], numbers[3]);
            return center
                ? new Box(b - (d / 2), a - (c / 2), b + (d / 2), a + (c / 2))
                : new Box(Math.Min(a, c), Math.Min(b, d), Math.Max(a, c), Math.Max(b, d));
        }

        private float Area => (Bottom - Top) * (Right - Left);

        /// <summary>Intersection over union.</summary>
        public float Overlap(Box other)
        {
            var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
            var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
            if (height <= 0 || width <= 0) return 0;
            return height * width / (Area + other.Area - (height * width));
        }
    }
}
