using LayerStore;

namespace Snapshotter.Linux;

/// <summary>One name in a directory.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">What it is, where the file system says so for free; else null.</param>
internal readonly record struct DirectoryItem(ByteString Name, FileType? Type);
