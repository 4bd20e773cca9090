using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>
/// Moves a directory of a stored layer to where it belongs. What the layer has there already, under its own path, joins it; where
/// both say what a file is, the layer is refused: which of them came last is not known any more.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="implied">Its directories without an entry; one that takes the metadata of another is taken out.</param>
/// <param name="copier">Copies metadata.</param>
internal sealed class DirectoryMerger(LayerTree layer, SortedSet<ByteString> implied, FileCopier copier)
{
    /// <summary>Moves all that is in a directory into another, and removes it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the layer has a file twice, under two paths.</exception>
    public void Merge(ByteString from, ByteString to)
    {
        List<ByteString> emptied = [];
        Queue<(ByteString From, ByteString To)> open = new([(from, to)]);
        while (open.TryDequeue(out (ByteString From, ByteString To) pair))
        {
            emptied.Add(pair.From);
            using DirectoryHandle source = layer.Open(pair.From);
            using DirectoryHandle target = layer.OpenToChange(pair.To);
            if (layer.IsReplacement(source) || layer.IsReplacement(target))
            {
                if (HoldsOnlyWhiteouts(pair.From))
                {
                    continue; // Of what is gone.
                }

                throw BadLayer.TwoPaths(pair.To);
            }

            Describe(source, pair.From, target, pair.To);
            foreach (DirectoryItem item in source.List())
            {
                (ByteString From, ByteString To) child = (LayerPath.Join(pair.From, item.Name), LayerPath.Join(pair.To, item.Name));
                if (!Move(source, target, item.Name, child))
                {
                    open.Enqueue(child);
                }
            }
        }

        for (int i = emptied.Count - 1; i >= 0; i--)
        {
            layer.RemoveDirectory(emptied[i]);
        }
    }

    /// <summary>Whether a directory without an entry has whiteouts in it and nothing else, but perhaps others like it.</summary>
    public bool HoldsOnlyWhiteouts(ByteString path)
    {
        if (!implied.Contains(path))
        {
            return false;
        }

        using DirectoryHandle directory = layer.Open(path);
        return directory.List().All(item => directory.TryStat(item.Name)!.Value switch
        {
            { IsWhiteout: true } => true,
            { IsDirectory: true } => HoldsOnlyWhiteouts(LayerPath.Join(path, item.Name)),
            _ => false,
        });
    }

    /// <summary>Gives the directory that stays what was said of either.</summary>
    private void Describe(DirectoryHandle source, ByteString from, DirectoryHandle target, ByteString to)
    {
        if (layer.IsOpaque(source))
        {
            if (to.IsEmpty)
            {
                throw BadLayer.Because("the layer hides all that is below it through a link to the root");
            }

            layer.MakeOpaque(target);
        }

        layer.CopyOrigin(source, target);
        if (implied.Contains(from))
        {
            if (!implied.Contains(to))
            {
                implied.Remove(from); // The place has an entry.
            }
        }
        else
        {
            if (!implied.Remove(to))
            {
                throw BadLayer.TwoPaths(to);
            }

            FileStatus status = source.Stat();
            copier.CopyMetadata(source, null, status, target, null);
            layer.SetTime(to, status.ModifiedAt);
        }
    }

    /// <summary>Moves one name; false if both are directories, which have to be merged.</summary>
    private bool Move(DirectoryHandle source, DirectoryHandle target, ByteString name, (ByteString From, ByteString To) paths)
    {
        FileStatus moved = source.TryStat(name)!.Value;
        FileStatus? present = target.TryStat(name);
        if (moved.IsDirectory && present is { IsDirectory: true })
        {
            return false;
        }

        // Whiteouts do not hit what this layer has.
        bool presentCounts = present is { IsWhiteout: false } && !(present is { IsDirectory: true } && HoldsOnlyWhiteouts(paths.To));
        bool movedCounts = !moved.IsWhiteout && !(moved.IsDirectory && HoldsOnlyWhiteouts(paths.From));
        if (presentCounts && movedCounts)
        {
            throw BadLayer.TwoPaths(paths.To);
        }

        if (moved.IsWhiteout && present is { IsDirectory: true })
        {
            HideBelow(source, target, name, paths.To, presentCounts);
            return true;
        }

        if (present is not null && !movedCounts)
        {
            source.RemoveTree(name);
            return true;
        }

        if (present is not null)
        {
            target.RemoveTree(name);
        }

        source.Rename(name, target, name);
        if (moved.IsDirectory && present is { IsWhiteout: true })
        {
            using DirectoryHandle directory = target.OpenChild(name);
            layer.MakeOpaque(directory);

            // It is new, and so is all in it: nothing of the layers below is theirs.
            implied.ExceptWith([paths.From, .. LayerPath.Below(implied, paths.From)]);
        }

        return true;
    }

    /// <summary>Carries a whiteout out, of a name under which the layer has a directory: that is a new one, or goes if it held nothing but whiteouts.</summary>
    private void HideBelow(DirectoryHandle source, DirectoryHandle target, ByteString name, ByteString path, bool isFilled)
    {
        implied.ExceptWith([path, .. LayerPath.Below(implied, path)]);
        if (isFilled)
        {
            using DirectoryHandle directory = target.OpenChild(name);
            layer.MakeOpaque(directory);
            source.RemoveTree(name);
        }
        else
        {
            target.RemoveTree(name);
            source.Rename(name, target, name);
        }
    }
}
