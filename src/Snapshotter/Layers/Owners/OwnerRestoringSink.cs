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
    /// <summary>The entries whose owner is not the one on the disk.</summary>
    public Dictionary<ByteString, FileOwner> Restored { get; } = [];

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content)
    {
        if (owners.TryGetValue(entry.Name, out FileOwner owner) && OwnerPolicy.Squash(owner) == new FileOwner(entry.UserId, entry.GroupId))
        {
            Restored[entry.Name] = owner;
            entry = entry with { UserId = owner.UserId, GroupId = owner.GroupId };
        }

        inner.Add(entry, content);
    }

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path) => inner.AddWhiteout(path);

    /// <inheritdoc/>
    public void Finish() => inner.Finish();
}
