using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <content>Whiteouts: names that begin with <c>.wh.</c> (OCI image-spec, layer.md, "Whiteouts").</content>
internal sealed partial class LayerApplier
{
    /// <summary>
    /// Whether a directory's path goes through a mark. aufs keeps its own bookkeeping below <c>.wh..wh.</c> names, which is
    /// nobody's file; below a plain whiteout there can be nothing.
    /// </summary>
    private static bool IsMark(ByteString directoryPath)
    {
        foreach (ByteString component in LayerPath.Reversed(directoryPath))
        {
            if (component.StartsWith(EntryName.AufsPrefix))
            {
                return true;
            }

            if (component.StartsWith(LayerPath.WhiteoutPrefix))
            {
                throw BadLayer.Because($"the layer has an entry below a whiteout: {directoryPath}");
            }
        }

        return false;
    }

    /// <summary>
    /// Whether an entry is in aufs's directory of pseudo-links: a file that other entries may be hard links to. No file can
    /// have this directory's name, so it is made like any other and removed when the links are made.
    /// </summary>
    private static bool IsLinkSource(ByteString directoryPath, TarEntry entry) =>
        entry.Type == TarEntryType.RegularFile && directoryPath.Span.SequenceEqual(EntryName.AufsLinks);

    private void RemoveLinkSources()
    {
        ByteString links = new(EntryName.AufsLinks);
        if (_tree.Root.Child(links) is not null)
        {
            _tree.Remove(_tree.Root, links);
        }
    }

    /// <summary>Applies a whiteout.</summary>
    /// <param name="directoryPath">The clean path of the directory it is in.</param>
    /// <param name="name">Its name, with the prefix.</param>
    public void AddWhiteout(ByteString directoryPath, ByteString name)
    {
        bool isOpaque = name.Span.SequenceEqual(EntryName.OpaqueWhiteout);
        if (!isOpaque && name.StartsWith(EntryName.AufsPrefix))
        {
            return;
        }

        ByteString hidden = name.Slice(LayerPath.WhiteoutPrefix.Length);
        if (!isOpaque && hidden.Span is [] or [(byte)'.'] or [(byte)'.', (byte)'.'])
        {
            throw BadLayer.Because($"the layer has a whiteout of nothing: {name}");
        }

        // In a plain tree a whiteout in a directory that is not there has nothing to remove, and must not make it.
        if (_tree.FindForWhiteout(directoryPath, make: !Deletes) is not { } node)
        {
            return;
        }

        if (isOpaque)
        {
            node.IsOpaque = true;
            node.HidesLower = true;
        }
        else
        {
            node.Whiteouts.Add(hidden);
        }
    }

    private void CarryOutWhiteouts()
    {
        Stack<DirectoryNode> open = new([_tree.Root]);
        while (open.TryPop(out DirectoryNode? node))
        {
            if (node.IsHidden)
            {
                _tree.Settle(node);
                node.HidesLower = true;
            }

            if (Deletes)
            {
                Delete(node);
            }
            else
            {
                Mark(node);
            }

            foreach (DirectoryNode child in node.Children)
            {
                open.Push(child);
            }
        }
    }

    /// <summary>Removes what layers below put into a directory and this layer's whiteouts hide.</summary>
    private void Delete(DirectoryNode node)
    {
        IEnumerable<ByteString> hidden = node.HidesLower ? _tree.Open(node).List().Select(item => item.Name) : node.Whiteouts;
        foreach (ByteString name in hidden)
        {
            if (node.Made.Contains(name))
            {
                continue;
            }

            if (node.Child(name) is { HoldsEntries: true } child)
            {
                // Removed below and implied again by this layer: a new directory.
                child.Original = null;
                RemoveXattrs(_tree.Open(child));
            }
            else if (_tree.Open(node).TryStat(name) is not null)
            {
                DirectoryTree.RefuseIfFollowed(node, name);
                _tree.Remove(node, name);
            }
        }
    }

    private static void RemoveXattrs(DirectoryHandle directory)
    {
        directory.SetOwner(null, 0, 0);
        foreach (Xattr xattr in directory.ListXattrs(null))
        {
            directory.RemoveXattr(null, xattr.Name);
        }
    }

    /// <summary>
    /// Writes overlay's whiteouts into a directory of a stored layer. A name that the layer has itself needs none; where the layer
    /// hides everything below anyway, a whiteout would hide nothing.
    /// </summary>
    private void Mark(DirectoryNode node)
    {
        if (node.HidesLower)
        {
            return;
        }

        DirectoryHandle directory = _tree.Open(node);
        foreach (ByteString name in node.Whiteouts)
        {
            if (directory.TryStat(name) is null && !node.AwaitedLinks.Contains(name))
            {
                directory.MakeNode(name, FileType.CharacterDevice, 0, 0, 0);
                node.HoldsWhiteouts = true;
            }
        }
    }

    /// <summary>
    /// Removes a directory of a stored layer that only whiteouts asked for, when the layer hides what is below there: umoci writes
    /// whiteouts for all that was in a directory and for the directory. Elsewhere the layers below decide.
    /// </summary>
    private bool RemoveIfIdle(DirectoryNode node)
    {
        if (Deletes || node is not { Parent: { } parent, Entry: null, AwaitedLinks.Count: 0 })
        {
            return false;
        }

        bool isWhitedOut = parent.Whiteouts.Contains(node.Name);
        if ((!isWhitedOut && !parent.HidesLower) || _tree.Open(node).List().Count > 0)
        {
            return false;
        }

        DirectoryHandle directory = _tree.Open(parent);
        parent.Forget(node.Name);
        directory.RemoveDirectory(node.Name);
        if (isWhitedOut && !parent.HidesLower)
        {
            directory.MakeNode(node.Name, FileType.CharacterDevice, 0, 0, 0);
            parent.HoldsWhiteouts = true;
        }

        return true;
    }

    /// <summary>
    /// Sets overlay's xattrs of a directory. An empty origin on each directory that holds whiteouts makes the kernel check
    /// its names, so that a whiteout of a name that does not exist below is not listed as a ghost.
    /// </summary>
    private void SetOverlayMarks(DirectoryNode node, DirectoryHandle directory)
    {
        bool isRemade = node.Parent is { } parent && parent.Whiteouts.Contains(node.Name);
        if (node.Parent is not null && (node.IsOpaque || isRemade))
        {
            directory.SetXattr(null, _overlay.Opaque, ByteString.FromText("y"));
        }

        if (node.HoldsWhiteouts)
        {
            directory.SetXattr(null, _overlay.Origin, ByteString.Empty);
        }
    }
}
