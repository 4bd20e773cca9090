namespace Snapshotter.Snapshots;

/// <summary>
/// What to pass to mount(2) to see a snapshot: a value that can be printed, sent to another process, or carried out with
/// <c>Linux.Mounter</c>. Components either hand mounts out or consume them, never both.
/// </summary>
/// <param name="Type">The file system's type, such as <c>overlay</c> or <c>bind</c>.</param>
/// <param name="Source">The source, for a bind mount the directory; else a word for people.</param>
/// <param name="Options">Options as mount(8) takes them, without commas between; a <c>:</c> in an overlay path is escaped as <c>\:</c>.</param>
public sealed record Mount(string Type, string Source, IReadOnlyList<string> Options);
