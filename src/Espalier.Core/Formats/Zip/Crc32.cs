namespace Espalier.Formats.Zip;

/// <summary>The checksum of ZIP members: CRC-32 with the reflected polynomial 0xEDB88320 (ISO 3309), eight bytes at a time.</summary>
internal static class Crc32
{
    // Table k holds the remainders of a byte that k more bytes follow.
    private static readonly uint[][] s_tables = Build();

    /// <summary>Continues a checksum over more bytes; start with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var t = s_tables;
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = t[7][bytes[0] ^ (crc & 0xFF)] ^ t[6][bytes[1] ^ ((crc >> 8) & 0xFF)] ^ t[5][bytes[2] ^ ((crc >> 16) & 0xFF)] ^ t[4][bytes[3] ^ (crc >> 24)]
                ^ t[3][bytes[4]] ^ t[2][bytes[5]] ^ t[1][bytes[6]] ^ t[0][bytes[7]];
        }
        foreach (var b in bytes) crc = (crc >> 8) ^ t[0][(crc ^ b) & 0xFF];
        return ~crc;
    }

    private static uint[][] Build()
    {
        var tables = Enumerable.Range(0, 8).Select(_ => new uint[256]).ToArray();
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
            tables[0][i] = value;
        }
        for (var k = 1; k < 8; k++)
        {
            for (var i = 0; i < 256; i++) tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xFF];
        }
        return tables;
    }
}
