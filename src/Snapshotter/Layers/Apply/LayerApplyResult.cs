using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Owners;

namespace Snapshotter.Layers.Apply;

/// <summary>What applying a layer found.</summary>
internal sealed record LayerApplyResult
{
    /// <summary>Entries in the tar.</summary>
    public required long Entries { get; init; }

    /// <summary>Bytes of file content written.</summary>
    public required long ContentBytes { get; init; }

    /// <summary>Whether an entry set the root directory's own metadata.</summary>
    public required bool HasRootEntry { get; init; }

    /// <summary>The mode in that entry; null without one.</summary>
    public required uint? RootMode { get; init; }

    /// <summary>Whether the layer hides all that is below it.</summary>
    public required bool HasOpaqueRoot { get; init; }

    /// <summary>The owners that are to be noted, by clean path (<see cref="OwnerPolicy.IsToBeNoted"/>).</summary>
    public required IReadOnlyDictionary<ByteString, FileOwner> NotedOwners { get; init; }

    /// <summary>Directories that this layer needed but has no entry for, bytewise by path. Their metadata is that of the layers below.</summary>
    public required IReadOnlyList<ByteString> ImpliedDirectories { get; init; }

    /// <summary>Directories that were made for a path and then made, hidden or removed by an entry; a layer below must not have a link there.</summary>
    public required IReadOnlyList<ByteString> UnsettledDirectories { get; init; }

    /// <summary>Ways through what the layer does not have and out of it again; in the layers below there must be directories, or nothing.</summary>
    public required IReadOnlyList<LeftWay> LeftWays { get; init; }

    /// <summary>Inodes of directories that the layer made in the place of something else of its own: another path must not lead into them.</summary>
    public required IReadOnlySet<ulong> Replacements { get; init; }

    /// <summary>Hard links whose target is not in this layer, in the order of the tar; the target is <see cref="TarEntry.LinkName"/>, cleaned.</summary>
    public required IReadOnlyList<TarEntry> LinksToLower { get; init; }

    /// <summary>Whether files were given to root because their owners are not mapped here. Such a layer must not be shared.</summary>
    public bool HasSquashedOwners => NotedOwners.Values.Any(owner => OwnerPolicy.Squash(owner) != owner);

    /// <summary>Whether the layer needs what is below it: an implied directory takes the metadata of the lower one, a link may lead to a lower file. Such a layer is completed for each chain.</summary>
    public bool IsLoose => ImpliedDirectories.Count > 0 || UnsettledDirectories.Count > 0 || LeftWays.Count > 0 || LinksToLower.Count > 0;
}
