namespace LayerStore.Tests.Content;

/// <summary>Does to a blob's file what bad disks do.</summary>
internal static class BlobFile
{
    /// <summary>Changes one bit in the middle and puts the mtime back, so that only reading shows it.</summary>
    public static void FlipOneBit(string path)
    {
        DateTime modified = File.GetLastWriteTimeUtc(path);
        using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = file.Length / 2;
            int value = file.ReadByte();
            file.Position = file.Length / 2;
            file.WriteByte((byte)(value ^ 1));
        }

        File.SetLastWriteTimeUtc(path, modified);
    }
}
