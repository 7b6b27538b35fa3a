namespace Espalier.Tensors;

/// <summary>Whole-tensor reads, for tensors small enough to hold in one array.</summary>
public static class TensorDataExtensions
{
    /// <summary>All elements as 32-bit floats.</summary>
    /// <exception cref="OverflowException">There are more elements than an array can hold.</exception>
    public static float[] ToSingles(this TensorData data)
    {
        var values = new float[checked((int)data.ElementCount)];
        data.ReadSingle(0, values);
        return values;
    }

    /// <summary>All elements as raw little-endian bytes.</summary>
    /// <exception cref="OverflowException">There are more bytes than an array can hold.</exception>
    public static byte[] ToBytes(this TensorData data)
    {
        var bytes = new byte[checked((int)data.ByteLength)];
        data.CopyBytes(0, bytes);
        return bytes;
    }
}
