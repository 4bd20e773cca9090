using Snapshotter;
using Snapshotter.Layers.Check;

namespace Interop.Tests.Faults;

/// <summary>What a store shows: its images, and the files of its root as far as they do not differ from run to run.</summary>
internal sealed record StoreState(IReadOnlyDictionary<string, string> Images, string Blobs, string Files)
{
    private static readonly string[] s_numbered = ["t", "w", "m", "trash"];

    /// <summary>Opens the store, checks all of it, and lists it. A root without a store has nothing.</summary>
    /// <exception cref="FaultFoundException">It does not open, or something is damaged.</exception>
    public static async Task<StoreState> ReadAsync(string root)
    {
        if (!Store.Exists(root))
            return new StoreState(new Dictionary<string, string>(), "", "");
        try
        {
            await using var store = await Store.OpenAsync(root, new StoreOptions { Create = false });
            var report = await store.CheckAsync(new CheckOptions { ReadData = true });
            if (report.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
                throw new FaultFoundException(FaultKind.Lost, $"check: {damage.Subject} {damage.Id} {damage.Path}: {damage.What}");
            return await ListAsync(store);
        }
        catch (LayerStore.LayerStoreException e)
        {
            throw new FaultFoundException(FaultKind.Lost, $"the store does not open: {e.Message}");
        }
    }

    /// <summary>Whether it has the same images under the same names.</summary>
    public bool HasImagesOf(StoreState other) => Images.Count == other.Images.Count && !Images.Except(other.Images).Any();

    /// <summary>How the files of two states differ; empty if they do not.</summary>
    public string Difference(StoreState other, bool withBlobs) => string.Join('\n', withBlobs
        ? Lines(Blobs + Files, other.Blobs + other.Files)
        : Lines(Files, other.Files));

    private static IEnumerable<string> Lines(string here, string there)
    {
        var (ours, theirs) = (here.Split('\n'), there.Split('\n'));

        // A lock that is not there is none that is missed: the collection removes those that nobody has.
        var missing = theirs.Except(ours).Where(line => !line.StartsWith("locks/", StringComparison.Ordinal));
        return ours.Except(theirs).Select(line => "+ " + line).Concat(missing.Select(line => "- " + line));
    }

    private static async Task<StoreState> ListAsync(Store store)
    {
        Dictionary<string, string> images = [];
        await foreach (var image in store.Images.ListAsync())
        {
            images.Add(image.Name, image.Manifest.Digest.ToString());
            await RequireUnpackedAsync(store, image);
        }

        var files = s_numbered.Select(directory => $"{directory}: {Names(store, directory).Count(name => name != "0")}\n")
            .Concat(Names(store, "ingest").Select(name => $"ingest/{name}\n"))
            .Concat(Names(store, "locks").Where(IsOfOneProcess).Select(name => $"locks/{name.Split('-')[0]}\n"));
        return new StoreState(images, string.Concat(Names(store, "blobs/sha256").Select(name => name + "\n")), string.Concat(files));
    }

    // An image that was pulled is one that can be mounted at once.
    private static async Task RequireUnpackedAsync(Store store, LayerStore.Images.Image image)
    {
        var view = await store.LoadAsync(image);
        foreach (var layer in view.Layers)
        {
            if (await store.Snapshots.StatAsync(layer.ChainId.ToString()) is null)
                throw new FaultFoundException(FaultKind.Lost, $"{image.Name} has a name, and its layer {layer.DiffId} is not unpacked");
        }
    }

    private static bool IsOfOneProcess(string lockName) =>
        lockName.StartsWith("writer-", StringComparison.Ordinal) || lockName.StartsWith("freeze-", StringComparison.Ordinal)
        || lockName.StartsWith("key-", StringComparison.Ordinal);

    private static IEnumerable<string> Names(Store store, string directory) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(store.Root, directory)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
