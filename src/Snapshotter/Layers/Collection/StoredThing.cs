namespace Snapshotter.Layers.Collection;

/// <summary>Something that is on the disk and could be collected.</summary>
/// <param name="Item">What it is.</param>
internal sealed record StoredThing(StoreItem Item)
{
    private readonly IReadOnlyList<string>? _paths;

    /// <summary>Where it lies, relative to the root; one that is not there counts for nothing.</summary>
    public IReadOnlyList<string> Paths
    {
        get => _paths ?? PathsOfBlob(); // Few of a store's many blobs are asked for theirs.
        init => _paths = value;
    }

    /// <summary>What the first of the paths takes on the disk as its record says, in bytes; null if no record does. It is a tree that nobody changes.</summary>
    public long? Recorded { get; init; }

    private string[] PathsOfBlob()
    {
        string path = "blobs/" + Item.Name.Replace(':', '/');
        return [path, path + ".damaged"];
    }
}
