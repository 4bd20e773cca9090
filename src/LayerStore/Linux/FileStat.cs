namespace LayerStore.Linux;

/// <summary>What the store asks of a file's metadata.</summary>
/// <param name="IsRegular">Whether it is a regular file: not a link, FIFO, device or directory.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="ModifiedAt">Its mtime, UTC, to 100 ns.</param>
/// <param name="Identity">Tells two files apart for as long as one of them is open.</param>
internal readonly record struct FileStat(bool IsRegular, long Size, DateTimeOffset ModifiedAt, (uint Major, uint Minor, ulong Inode) Identity);
