namespace Snapshotter.Linux;

/// <summary>Whether an extended attribute of this name is to be read.</summary>
internal delegate bool XattrFilter(ReadOnlySpan<byte> name);
