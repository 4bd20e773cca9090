using LayerStore.Compression;

namespace LayerStore.Tests.Compression;

public class Crc32Tests
{
    [Fact]
    public void The_check_value_is_that_of_the_standard() => Assert.Equal(0xCBF43926u, Crc32.Update(0, "123456789"u8));

    [Fact]
    public void Folding_equals_the_tables_at_every_length_and_split()
    {
        byte[] data = Samples.Data(2000);
        for (int length = 0; length < data.Length; length += length < 400 ? 1 : 37)
        {
            ReadOnlySpan<byte> span = data.AsSpan(length % 17, Math.Min(length, data.Length - 17));
            ICSharpCode.SharpZipLib.Checksum.Crc32 other = new();
            other.Update(new ArraySegment<byte>(span.ToArray()));

            Assert.Equal((uint)other.Value, Crc32.Update(0, span));
            Assert.Equal((uint)other.Value, ~Crc32.UpdateByTables(~0u, span));
            Assert.Equal((uint)other.Value, Crc32.Update(Crc32.Update(0, span[..(span.Length / 3)]), span[(span.Length / 3)..]));
        }
    }
}
