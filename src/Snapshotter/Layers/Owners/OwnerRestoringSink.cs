using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers.Owners;

/// <summary>
/// Gives files back to their true owners on the way into a tar, where unpacking had squashed them and nobody has changed
/// the owner since.
/// </summary>
internal sealed class OwnerRestoringSink(ILayerSink inner, IReadOnlyDictionary<ByteString, FileOwner> owners) : ILayerSink
{
    /// <summary>The owners that are to be noted, by path (<see cref="OwnerPolicy.IsToBeNoted"/>).</summary>
    public Dictionary<ByteString, FileOwner> Noted { get; } = [];

    /// <summary>Whether an entry's owner is not the one on the disk.</summary>
    public bool HasRestored { get; private set; }

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content)
    {
        FileOwner here = new(entry.UserId, entry.GroupId);
        FileOwner owner = owners.TryGetValue(entry.Name, out FileOwner known) && OwnerPolicy.Squash(known) == here ? known : here;
        if (owner != here)
        {
            HasRestored = true;
            entry = entry with { UserId = owner.UserId, GroupId = owner.GroupId };
        }

        if (OwnerPolicy.IsToBeNoted(owner, entry.Type == TarEntryType.Directory))
        {
            Noted[entry.Name] = owner;
        }

        inner.Add(entry, content);
    }

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path) => inner.AddWhiteout(path);

    /// <inheritdoc/>
    public void Finish() => inner.Finish();
}
