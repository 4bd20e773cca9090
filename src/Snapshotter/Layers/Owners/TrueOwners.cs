using LayerStore;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Owners;

/// <summary>Who owns, in an image, the files of a stack of layers whose owners were squashed when they were unpacked.</summary>
internal sealed class TrueOwners
{
    private readonly Dictionary<ByteString, FileOwner> _owners = [];
    private readonly SortedSet<ByteString> _paths = [];

    /// <summary>Those owners, by path.</summary>
    public IReadOnlyDictionary<ByteString, FileOwner> ByPath => _owners;

    /// <summary>Puts a layer on top: what it replaces, hides or deletes has the owner that it says.</summary>
    /// <param name="manifest">The layer's, verified.</param>
    /// <param name="isOpaque">Whether one of the layer's directories hides what is below it.</param>
    /// <remarks>A directory that is merely there keeps the owner that is known: one with an entry notes its own (<see cref="OwnerPolicy.IsToBeNoted"/>).</remarks>
    public void Add(byte[] manifest, Func<ByteString, bool> isOpaque)
    {
        foreach (ManifestEntry entry in ManifestReader.ReadAll(manifest))
        {
            if (entry.Type != FileType.Directory || (HasBelow(entry.Path) && isOpaque(entry.Path)))
            {
                Forget(entry.Path);
            }

            FileOwner? owner = entry.LinkOf is not { } first ? entry.TrueOwner : _owners.TryGetValue(first, out FileOwner linked) ? linked : null;
            if (owner is { } known)
            {
                _owners[entry.Path] = known;
                _paths.Add(entry.Path);
            }
        }
    }

    private bool HasBelow(ByteString path) => _paths.Count > 0 && LayerPath.Below(_paths, path).Length > 0;

    private void Forget(ByteString path)
    {
        if (_paths.Count == 0)
        {
            return;
        }

        foreach (ByteString gone in LayerPath.Below(_paths, path).Append(path))
        {
            _owners.Remove(gone);
            _paths.Remove(gone);
        }
    }
}
