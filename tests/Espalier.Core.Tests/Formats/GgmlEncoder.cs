namespace Espalier.Core.Tests.Formats;

/// <summary>
/// Packs random scales and quantised values into blocks, and states in double precision what each value means. The reader under test
/// unpacks; nothing is shared with it. All products and sums are exact in double, so rounding to float must give the reader's bits.
/// </summary>
internal static class GgmlEncoder
{
    /// <summary>Number in the file, name, block elements and packer of every quantised type.</summary>
    public static readonly (uint Number, string Name, int Elements, Func<Random, (byte[] Bytes, double[] Values)> Pack)[] Types =
    [
        (2, "Q4_0", 32, random => Legacy(random, 4, minimum: false)),
        (3, "Q4_1", 32, random => Legacy(random, 4, minimum: true)),
        (6, "Q5_0", 32, random => Legacy(random, 5, minimum: false)),
        (7, "Q5_1", 32, random => Legacy(random, 5, minimum: true)),
        (8, "Q8_0", 32, Eight),
        (12, "Q4_K", 256, random => Super(random, fifth: false)),
        (13, "Q5_K", 256, random => Super(random, fifth: true)),
        (14, "Q6_K", 256, Six),
    ];

    /// <summary>A row of blocks.</summary>
    public static (byte[] Bytes, float[] Values) Pack(uint number, int blocks, Random random)
    {
        var type = Types.Single(t => t.Number == number);
        var parts = Enumerable.Range(0, blocks).Select(_ => type.Pack(random)).ToArray();
        return ([.. parts.SelectMany(p => p.Bytes)], [.. parts.SelectMany(p => p.Values).Select(v => (float)v)]);
    }

    private static (byte[] Bytes, double[] Values) Legacy(Random random, int bits, bool minimum)
    {
        var (scale, offset) = (NextHalf(random), NextHalf(random));
        var q = Enumerable.Range(0, 32).Select(_ => random.Next(1 << bits)).ToArray();
        var bytes = new List<byte>(BitConverter.GetBytes(scale));
        if (minimum) bytes.AddRange(BitConverter.GetBytes(offset));
        if (bits == 5)
        {
            var fifth = 0u;
            for (var i = 0; i < 32; i++) fifth |= (uint)(q[i] >> 4) << i;
            bytes.AddRange(BitConverter.GetBytes(fifth));
        }
        for (var i = 0; i < 16; i++) bytes.Add((byte)((q[i] & 15) + 16 * (q[i + 16] & 15)));
        return ([.. bytes], Array.ConvertAll(q, v => minimum ? (double)scale * v + (double)offset : (double)scale * (v - (1 << (bits - 1)))));
    }

    private static (byte[] Bytes, double[] Values) Eight(Random random)
    {
        var scale = NextHalf(random);
        var q = new byte[32];
        random.NextBytes(q);
        return ([.. BitConverter.GetBytes(scale), .. q], Array.ConvertAll(q, v => (double)scale * (sbyte)v));
    }

    private static (byte[] Bytes, double[] Values) Super(Random random, bool fifth)
    {
        var (d, dmin) = (NextHalf(random), NextHalf(random));
        var scales = Enumerable.Range(0, 8).Select(_ => random.Next(64)).ToArray();
        var minima = Enumerable.Range(0, 8).Select(_ => random.Next(64)).ToArray();
        var q = Enumerable.Range(0, 256).Select(_ => random.Next(fifth ? 32 : 16)).ToArray();
        var packed = new byte[12];
        for (var j = 0; j < 4; j++)
        {
            packed[j] = (byte)(scales[j] + 64 * (scales[j + 4] >> 4));
            packed[j + 4] = (byte)(minima[j] + 64 * (minima[j + 4] >> 4));
            packed[j + 8] = (byte)((scales[j + 4] & 15) + 16 * (minima[j + 4] & 15));
        }
        var bytes = new List<byte>([.. BitConverter.GetBytes(d), .. BitConverter.GetBytes(dmin), .. packed]);
        if (fifth)
        {
            for (var i = 0; i < 32; i++) bytes.Add((byte)Enumerable.Range(0, 8).Sum(sub => (q[32 * sub + i] >> 4) << sub));
        }
        for (var pair = 0; pair < 4; pair++)
        {
            for (var i = 0; i < 32; i++) bytes.Add((byte)((q[64 * pair + i] & 15) + 16 * (q[64 * pair + 32 + i] & 15)));
        }
        var values = new double[256];
        for (var i = 0; i < 256; i++) values[i] = (double)d * scales[i / 32] * q[i] - (double)dmin * minima[i / 32];
        return ([.. bytes], values);
    }

    private static (byte[] Bytes, double[] Values) Six(Random random)
    {
        var d = NextHalf(random);
        var scales = new byte[16];
        random.NextBytes(scales);
        var q = Enumerable.Range(0, 256).Select(_ => random.Next(64)).ToArray();
        var (low, high) = (new byte[128], new byte[64]);
        for (var i = 0; i < 256; i++)
        {
            // Of 128 values, the first 64 fill the lower and the others the upper halves of 64 bytes; four rows of 32 share bytes of bit pairs.
            var (part, inside) = (i / 128, i % 128);
            low[64 * part + inside % 64] |= (byte)((q[i] & 15) << (inside < 64 ? 0 : 4));
            high[32 * part + inside % 32] |= (byte)((q[i] >> 4) << (2 * (inside / 32)));
        }
        var values = new double[256];
        for (var i = 0; i < 256; i++) values[i] = (double)d * (sbyte)scales[i / 16] * (q[i] - 32);
        return ([.. low, .. high, .. scales, .. BitConverter.GetBytes(d)], values);
    }

    private static Half NextHalf(Random random)
    {
        Half value;
        do value = BitConverter.UInt16BitsToHalf((ushort)random.Next(0x10000));
        while (!Half.IsFinite(value));
        return value;
    }
}
