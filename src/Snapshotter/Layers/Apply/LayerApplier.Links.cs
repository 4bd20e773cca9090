using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <content>
/// Hard links. One to a file of this layer is made at once. One to a file of a layer below is made when the whole layer is
/// known but nothing that its whiteouts hide is gone yet: a layer may link to what it deletes.
/// </content>
internal sealed partial class LayerApplier
{
    private readonly List<LowerLink> _lowerLinks = [];

    private void AddHardLink(DirectoryNode parent, ByteString name, TarEntry entry)
    {
        ByteString target = EntryName.CleanTarget(entry.LinkName, _options.MaxDepth);
        if (target.IsEmpty)
        {
            throw BadLayer.Because($"the layer has a hard link to the root: {entry.Name}");
        }

        if (FindMade(target) is not { } source)
        {
            RefuseSecondPath(parent, name);
            RefuseIfFilled(parent, name);
            _tree.RefuseIfPassed(parent, name);
            if (!Deletes || parent.Made.Contains(name))
            {
                MakeRoom(parent, _tree.Open(parent), name, entry);
            }

            parent.Made.Remove(name);
            parent.AwaitedLinks.Add(name);
            _tree.Changed();
            _lowerLinks.Add(new LowerLink(parent, name, _tree.PathThroughLink, _options.Remember(entry with { LinkName = target })));
            return;
        }

        _filler.WaitFor(source.Parent.LastFilled); // The last entry of a file says what it is like.
        Take(parent, name);
        if (source.Parent != parent || source.Name != name)
        {
            Link(source.Parent, source.Name, parent, name, entry);
        }
        else if (_tree.Open(parent).TryStat(name) is { IsDirectory: true })
        {
            throw LinkToDirectory(entry);
        }

        _maker.SetLinkMetadata(_tree.Open(parent), name, entry);
        MarkMade(parent, name);
    }

    /// <summary>The place of a file that this layer has made; null if it has made none under this path.</summary>
    private (DirectoryNode Parent, ByteString Name)? FindMade(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        return _tree.Find(directory, out ByteString through) is { } parent && IsMade(parent, name, through) ? (parent, name) : null;
    }

    private bool IsMade(DirectoryNode parent, ByteString name, ByteString through) => Deletes
        ? parent.Made.Contains(name) && parent.PlaceOf(name) == through
        : _tree.Open(parent).TryStat(name) is { } status && (!status.IsDirectory || parent.Child(name) is { Entry: not null });

    private void Link(DirectoryNode sourceParent, ByteString source, DirectoryNode parent, ByteString name, TarEntry entry)
    {
        DirectoryHandle directory = _tree.Open(parent);
        switch (_tree.Open(sourceParent, keep: parent).TryStat(source)?.Type)
        {
            case null:
                throw MissingTarget(entry);
            case FileType.Directory:
                throw LinkToDirectory(entry);
        }

        MakeRoom(parent, directory, name, entry);
        if (sourceParent.IsGone)
        {
            throw MissingTarget(entry); // It was in the directory that the link replaces.
        }

        directory.LinkFrom(_tree.Open(sourceParent, keep: parent), source, name);
    }

    /// <summary>The links to lower files whose names no later entry has taken.</summary>
    private IEnumerable<LowerLink> AwaitedLinks() => _lowerLinks.Where(link => !link.Parent.IsGone && link.Parent.AwaitedLinks.Contains(link.Name));

    private void RefuseLinksBeforeTheirTargets()
    {
        foreach (LowerLink link in AwaitedLinks())
        {
            if (FindMade(link.Entry.LinkName) is not null)
            {
                throw BadLayer.Because($"the layer has a hard link before its target: {link.Entry.Name} to {link.Entry.LinkName}");
            }
        }
    }

    /// <summary>Makes the links of a plain tree, which has the lower files; a stored layer gets them when it is completed.</summary>
    private void MakeLowerLinks()
    {
        foreach (LowerLink link in AwaitedLinks())
        {
            _tree.PathThroughLink = link.Through; // What it replaces was made through the same link, or is refused.
            (ByteString directory, ByteString source) = LayerPath.Split(link.Entry.LinkName);
            DirectoryNode sourceParent = _tree.Find(directory, out _) ?? throw MissingTarget(link.Entry);
            if (sourceParent.Made.Contains(source) && !sourceParent.AwaitedLinks.Contains(source))
            {
                throw BadLayer.TwoPaths(LayerPath.Join(sourceParent.Path, source)); // Or it would have been found.
            }

            if (_tree.HasFollowedLower && _tree.Open(sourceParent).TryStat(source) is { Type: FileType.SymbolicLink })
            {
                throw BadLayer.LinkToLink(link.Entry);
            }

            if (sourceParent != link.Parent || source != link.Name)
            {
                Link(sourceParent, source, link.Parent, link.Name, link.Entry);
            }
            else if (_tree.Open(sourceParent).TryStat(source) is not { IsDirectory: false })
            {
                throw MissingTarget(link.Entry);
            }

            _maker.SetLinkMetadata(_tree.Open(link.Parent), link.Name, link.Entry);
            MarkMade(link.Parent, link.Name);
        }
    }

    private static LayerStoreException LinkToDirectory(TarEntry entry) =>
        BadLayer.Because($"the layer has a hard link to a directory: {entry.Name} to {entry.LinkName}");

    private static LayerStoreException MissingTarget(TarEntry entry) =>
        BadLayer.Because($"the layer has a hard link to a file that does not exist: {entry.Name} to {entry.LinkName}");

    /// <summary>A hard link to a file that this layer has not made.</summary>
    /// <param name="Parent">Its directory.</param>
    /// <param name="Name">Its name there.</param>
    /// <param name="Through"><see cref="DirectoryTree.PathThroughLink"/> of its entry.</param>
    /// <param name="Entry">Its entry.</param>
    private sealed record LowerLink(DirectoryNode Parent, ByteString Name, ByteString Through, TarEntry Entry);
}
