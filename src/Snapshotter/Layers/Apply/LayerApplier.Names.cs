using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <content>Names that this layer has taken already, or takes from what is there.</content>
internal sealed partial class LayerApplier
{
    /// <summary>Says that an entry has this name now, and not a link that waits for a lower file.</summary>
    private void Take(DirectoryNode parent, ByteString name)
    {
        RefuseSecondPath(parent, name);
        if (parent.AwaitedLinks.Remove(name))
        {
            parent.Whiteouts.Add(name); // The link would have replaced what is below.
        }
    }

    /// <summary>
    /// Refuses a name that the layer has two entries for, one of them through a symbolic link of a layer below, or each through another. A
    /// stored layer learns only when it is completed that they are one, and not which came last.
    /// </summary>
    private void RefuseSecondPath(DirectoryNode parent, ByteString name)
    {
        if (!Deletes)
        {
            return;
        }

        if (parent.Made.Contains(name) || parent.AwaitedLinks.Contains(name))
        {
            RefuseOtherPlace(parent, name, _tree.PathThroughLink);
        }

        if (!_tree.PathThroughLink.IsEmpty)
        {
            (parent.MadeThroughLink ??= [])[name] = _tree.PathThroughLink;
        }
        else
        {
            parent.MadeThroughLink?.Remove(name);
        }
    }

    private static void RefuseOtherPlace(DirectoryNode parent, ByteString name, ByteString through)
    {
        if (parent.PlaceOf(name) != through)
        {
            throw BadLayer.TwoPaths(LayerPath.Join(parent.Path, name));
        }
    }

    /// <summary>The same for all that the layer has in a directory that gives way to something else.</summary>
    private void RefuseOtherPlacesBelow(DirectoryNode parent, DirectoryNode directory)
    {
        foreach (DirectoryNode node in directory.WithAllBelow())
        {
            ByteString through = _tree.PathThroughLink.IsEmpty
                ? ByteString.Empty
                : LayerPath.Join(_tree.PathThroughLink, parent.Parent is null ? node.Path : node.Path.Slice(parent.Path.Length + 1));
            foreach (ByteString name in node.Made.Concat(node.AwaitedLinks))
            {
                RefuseOtherPlace(node, name, through);
            }
        }
    }

    private void MarkMade(DirectoryNode parent, ByteString name)
    {
        if (Deletes)
        {
            parent.Made.Add(name);
        }
    }

    /// <summary>Removes what has this name, so that it can be made anew for an entry; never writes into what is there.</summary>
    private void MakeRoom(DirectoryNode parent, DirectoryHandle directory, ByteString name, TarEntry entry)
    {
        if (directory.TryStat(name) is not { } status)
        {
            return;
        }

        if (status.Type == FileType.Directory)
        {
            if (Deletes && parent.Child(name) is { } node)
            {
                RefuseOtherPlacesBelow(parent, node);
            }

            _tree.Remove(parent, name);
        }
        else
        {
            bool isOwnLink = status.Type == FileType.SymbolicLink && (!Deletes || parent.Made.Contains(name));
            if (!isOwnLink || entry.Type != TarEntryType.SymbolicLink || directory.ReadLink(name) != entry.LinkName)
            {
                DirectoryTree.RefuseIfFollowed(parent, name); // The same link once more leads where it did.
            }

            directory.Unlink(name);
        }

        if (status.Type is FileType.Directory or FileType.SymbolicLink)
        {
            _tree.Changed();
        }
    }

    /// <summary>
    /// Refuses a hard link to a lower file in the place of a directory that the layer has put something into: what is there must go at once and
    /// must stay, since the link's file may be in it.
    /// </summary>
    private void RefuseIfFilled(DirectoryNode parent, ByteString name)
    {
        if (parent.Child(name)?.WithAllBelow().Any(HoldsEntries) == true)
        {
            throw BadLayer.Because($"the layer has a hard link in the place of a directory that it has files in: {LayerPath.Join(parent.Path, name)}");
        }
    }

    private bool HoldsEntries(DirectoryNode node) => node.AwaitedLinks.Count > 0 || (Deletes
        ? node.Made.Count > 0
        : node.Children.Any(child => child.Entry is not null) || _tree.Open(node).List().Any(item => node.Child(item.Name) is null));
}
