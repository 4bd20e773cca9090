using Snapshotter;

namespace Interop.Tests.BadInput;

/// <summary>All that a store shows of itself, and the names of its files, as lines to compare.</summary>
internal static class StoreListing
{
    private static readonly string[] s_directories = ["blobs/sha256", "blobs/sha512", "ingest", "t", "w", "m", "trash"];

    public static async Task<string> OfAsync(Store store)
    {
        List<string> lines = [];
        await foreach (var image in store.Images.ListAsync())
            lines.Add($"image {image.Name} {image.Target.Digest} {image.Manifest.Digest}");
        await foreach (var blob in store.Content.ListAsync())
            lines.Add($"blob {blob.Digest} {blob.Size}");
        await foreach (var ingest in store.Content.ListIngestsAsync())
            lines.Add($"ingest {ingest.Reference}");
        await foreach (var lease in store.Leases.ListAsync())
            lines.Add($"lease {lease.Id}");
        await foreach (var snapshot in store.Snapshots.ListAsync())
            lines.Add($"snapshot {snapshot.Name} {snapshot.Kind} {snapshot.Parent}");

        lines.AddRange(s_directories.SelectMany(directory => Directory.EnumerateFileSystemEntries(Path.Combine(store.Root, directory))
            .Select(path => $"file {Path.GetRelativePath(store.Root, path)}")));

        // The empty directory is the store's own; the first who needs it makes it.
        lines.Remove("file t/0");
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }
}
