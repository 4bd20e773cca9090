using LayerStore.Content;

namespace LayerStore.Cli.Doctoring;

/// <summary>A daemon that serves an owner of a store, as its lock tells of it: process, socket and version, a line each (docs/format.md).</summary>
internal sealed record ServingDaemon(string Owner, string Process, string Address, string Version)
{
    private const string Prefix = "daemon-";

    /// <summary>The daemons that live now.</summary>
    /// <exception cref="LayerStoreException">The store cannot be read.</exception>
    public static IReadOnlyList<ServingDaemon> Find(string root)
    {
        if (!StoreLayout.Exists(root))
        {
            return [];
        }

        StoreLayout layout = StoreLayout.Open(root);
        return [.. Directory.GetFiles(layout.Locks, Prefix + "*")
            .Order(StringComparer.Ordinal)
            .Select(path => Read(layout, Path.GetFileName(path)))
            .OfType<ServingDaemon>()];
    }

    private static ServingDaemon? Read(StoreLayout layout, string name) => StoreLock.ReadNote(layout, name)?.Split('\n') is [var process, var address, var version, ..]
        ? new ServingDaemon(name[Prefix.Length..], process, address, version)
        : null;
}
