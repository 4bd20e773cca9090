using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>
/// Gives a stored layer what its tar left to the layers below it (a loose layer), so that the stack of
/// stored layers shows what applying the tars one after the other would: implied directories get the lower's metadata, go
/// where a lower link points, or vanish when all they held was whiteouts of nothing; hard links to lower files become files.
/// </summary>
/// <remarks>Works in place, on a layer that nobody uses yet. If it fails, the layer is to be thrown away.</remarks>
internal sealed class LooseLayerCompleter
{
    private readonly LayerTree _layer;
    private readonly LowerView _lower;
    private readonly PathResolver _resolver;
    private readonly FileCopier _copier;
    private readonly DirectoryMerger _merger;
    private readonly FileMaker _maker;

    /// <summary>Directories without an entry: their metadata comes from below.</summary>
    private readonly SortedSet<ByteString> _implied = [];

    /// <summary>Lower files that this layer has a copy of, by each of their paths there: the names that the copy has here.</summary>
    private readonly Dictionary<ByteString, HashSet<ByteString>> _copies = [];

    /// <summary>The same sets by the names in them: a later link may take one away.</summary>
    private readonly Dictionary<ByteString, HashSet<ByteString>> _namesOfCopy = [];

    /// <summary>Links of the layers below that paths of the layer went through.</summary>
    private readonly HashSet<ByteString> _followed = [];

    /// <summary>Names that links were made for here, which a later link may replace.</summary>
    private readonly HashSet<ByteString> _linked = [];

    private LooseLayerCompleter(RootDirectory layer, LayerApplyResult result, RootDirectory? parents, ApplyOptions options)
    {
        _layer = new LayerTree(layer, options.OverlayXattrNamespace, result);
        _lower = new LowerView(parents);
        _resolver = new PathResolver(_layer, _lower);
        _copier = new FileCopier(options.OverlayXattrNamespace);
        _merger = new DirectoryMerger(_layer, _implied, _copier);
        _maker = new FileMaker(options);
        _implied.UnionWith(result.ImpliedDirectories);
    }

    /// <summary>Completes a layer.</summary>
    /// <param name="layer">The layer's directory, in overlay's form.</param>
    /// <param name="result">What its application found.</param>
    /// <param name="parents">What the layers below show together, read-only; null for none.</param>
    /// <param name="options">The options that it was applied with.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a link's target is not there, or a file is where a directory is needed.</exception>
    public static void Complete(RootDirectory layer, LayerApplyResult result, RootDirectory? parents, ApplyOptions options)
    {
        LooseLayerCompleter completer = new(layer, result, parents, options);
        completer.MoveDirectoriesOverLinks();
        completer.SettleDirectoriesOverFiles();
        completer.RefuseLinksTakenAway(result.UnsettledDirectories);
        completer.RefuseWays(result.LeftWays);
        foreach (TarEntry link in result.LinksToLower)
        {
            completer.MakeLink(link);
        }

        completer.RefuseFollowedLinksTakenAway();
        completer.FinishDirectories();
    }

    private void MoveDirectoriesOverLinks()
    {
        SortedSet<ByteString> open = [.. _implied];
        while (open.Count > 0)
        {
            ByteString path = open.Min;
            open.Remove(path);
            if (_layer.Stat(path) is not { IsDirectory: true })
            {
                _implied.Remove(path); // It was moved with its parent.
            }
            else if (TypeBelow(path) == FileType.SymbolicLink)
            {
                Move(path, open);
            }
        }
    }

    /// <summary>Settles what is in the place of lower files, when all is where it belongs: an entry for the directory may have come there by a link.</summary>
    private void SettleDirectoriesOverFiles()
    {
        foreach (ByteString path in _implied.ToArray())
        {
            if (_layer.Stat(path) is not { IsDirectory: true } || TypeBelow(path) is not { } type || type is FileType.Directory or FileType.SymbolicLink)
            {
                continue;
            }

            if (!_merger.HoldsOnlyWhiteouts(path))
            {
                throw BadLayer.Because($"the layer has files in {path}, which is a {type} in the layer below", "The layers do not belong together.");
            }

            _layer.RemoveDirectory(path); // Whiteouts of nothing.
            _implied.Remove(path);
        }
    }

    private FileType? TypeBelow(ByteString path) => _layer.Hides(path) ? null : _lower.Stat(path)?.Type;

    /// <summary>Moves an implied directory to where the lower link of that path points.</summary>
    private void Move(ByteString path, SortedSet<ByteString> open)
    {
        ByteString target = _resolver.ResolveLink(path, _lower.ReadLink(path));
        if (target == path || LayerPath.IsBelow(target, path))
        {
            throw BadLayer.Because($"the layer has files below a link that leads to itself: {path}");
        }

        _followed.Add(path);
        bool isReplaced = _layer.IsInReplacement(target);
        if ((isReplaced || _layer.Stat(target) is { IsWhiteout: true } || _layer.Hides(target)) && _merger.HoldsOnlyWhiteouts(path))
        {
            _layer.RemoveDirectory(path); // Whiteouts of what is hidden anyway.
            _implied.Remove(path);
            return;
        }

        if (isReplaced)
        {
            throw BadLayer.TwoPaths(target);
        }

        foreach (ByteString made in _layer.MakeDirectories(target))
        {
            _implied.Add(made);
            open.Add(made);
        }

        _merger.Merge(path, target);
        _implied.Remove(path);
        foreach (ByteString moved in LayerPath.Below(_implied, path))
        {
            ByteString place = Moved(moved, path, target);
            _implied.Remove(moved);
            open.Remove(moved);
            _implied.Add(place);
            open.Add(place);
        }
    }

    /// <summary>What the applier of a plain tree refuses too: a lower link that the layer takes away after it went through it.</summary>
    private void RefuseLinksTakenAway(IReadOnlyList<ByteString> paths)
    {
        foreach (ByteString path in paths)
        {
            if (_lower.StatThroughLinks(path) is { Type: FileType.SymbolicLink })
            {
                throw DirectoryTree.LinkTakenAway(path);
            }
        }
    }

    /// <summary>The same for what came in the link's place under another path than the one that went through it: which was first is not known.</summary>
    private void RefuseFollowedLinksTakenAway()
    {
        foreach (ByteString path in _followed)
        {
            bool isItsCopy = _copies.TryGetValue(path, out HashSet<ByteString>? names) && names.Contains(path);
            if ((!isItsCopy && _layer.Stat(path) is not null) || _layer.Hides(path))
            {
                throw DirectoryTree.LinkTakenAway(path);
            }
        }
    }

    /// <summary>The same for something else than a directory that a path went through and out of again.</summary>
    private void RefuseWays(IReadOnlyList<LeftWay> ways)
    {
        foreach (LeftWay way in ways)
        {
            ByteString path = way.Directory;
            foreach (ByteString name in LayerPath.Reversed(way.Names).Reverse())
            {
                if (name.Span is [(byte)'.', (byte)'.'])
                {
                    path = LayerPath.Split(path).Directory;
                }
                else if (name.Span is not [(byte)'.'])
                {
                    path = LayerPath.Join(path, name);
                    if (_lower.StatThroughLinks(path) is { IsDirectory: false })
                    {
                        throw DirectoryTree.NotADirectory(path);
                    }
                }
            }
        }
    }

    private void MakeLink(TarEntry entry)
    {
        // Its directory may have been moved.
        ByteString path = _resolver.ResolveFile(entry.Name) ?? throw Missing(entry);
        entry = entry with { Name = path };
        ByteString target = _resolver.ResolveFile(entry.LinkName) ?? throw Missing(entry);
        if (_followed.Count > 0 && _lower.Stat(target) is { Type: FileType.SymbolicLink })
        {
            throw BadLayer.LinkToLink(entry);
        }

        if (LayerPath.IsBelow(target, path))
        {
            throw Missing(entry); // It was in the directory that the link replaces.
        }

        FileStatus? present = _layer.Stat(path);
        if (present is { IsDirectory: true } && _merger.HoldsOnlyWhiteouts(path))
        {
            _layer.RemoveDirectory(path); // Whiteouts under another path, of what the link replaces.
            present = null;
        }

        if (present is { IsWhiteout: false } && !_linked.Contains(path))
        {
            throw BadLayer.TwoPaths(path);
        }

        ByteString source = SourceOf(target, path);
        if (source == path && present is { IsWhiteout: false })
        {
            SetLinkMetadata(entry);
            return;
        }

        if (_layer.Stat(source) is { IsWhiteout: false } status)
        {
            RefuseDirectory(status, entry);
            if (!_linked.Contains(source))
            {
                throw BadLayer.TwoPaths(source); // The entry's own path for it is another, or it would have been found.
            }

            Remove(path);
            _layer.Link(source, path);
            if (_namesOfCopy.TryGetValue(source, out HashSet<ByteString>? names))
            {
                AddName(names, path);
            }
        }
        else
        {
            FileStatus? lower = _layer.IsInReplacement(target) ? null : _lower.Stat(target); // What was there before is gone.
            if (lower is null)
            {
                throw Missing(entry);
            }

            RefuseDirectory(lower.Value, entry);
            Remove(path);
            CopyUp(target, lower.Value, path);
        }

        _linked.Add(path);
        SetLinkMetadata(entry);
    }

    /// <summary>
    /// Copies a lower file into the layer, under its new name and under all the names that it has below and that show: they
    /// stay one file, as they would on a plain file system.
    /// </summary>
    private void CopyUp(ByteString lowerPath, FileStatus lower, ByteString path)
    {
        (ByteString lowerDirectory, ByteString lowerName) = LayerPath.Split(lowerPath);
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using (DirectoryHandle from = _lower.Open(lowerDirectory))
        using (DirectoryHandle to = _layer.OpenToChange(directory))
        {
            _copier.Copy(from, lowerName, lower, to, name);
        }

        HashSet<ByteString> names = [];
        AddName(names, path);
        foreach (ByteString other in _lower.NamesOf(lowerPath, lower))
        {
            _copies[other] = names;
            if (other != path && _layer.Stat(other) is null && !_layer.Hides(other))
            {
                _implied.UnionWith(_layer.MakeDirectories(LayerPath.Split(other).Directory));
                _layer.Link(path, other);
                AddName(names, other);
                _linked.Add(other);
            }
        }
    }

    /// <summary>What to link to: a name of the copy that was made of a lower file, the link's own if it is one; else the file's own path.</summary>
    private ByteString SourceOf(ByteString target, ByteString path)
    {
        if (!_copies.TryGetValue(target, out HashSet<ByteString>? names) || names.Count == 0)
        {
            return target;
        }

        bool isTaken = !names.Contains(target) && _layer.Stat(target) is { IsWhiteout: false }; // By another link since.
        return isTaken ? target : names.Contains(path) ? path : names.First();
    }

    private void AddName(HashSet<ByteString> names, ByteString path)
    {
        names.Add(path);
        _namesOfCopy[path] = names;
    }

    private void Remove(ByteString path)
    {
        _layer.Remove(path);
        if (_namesOfCopy.Remove(path, out HashSet<ByteString>? names))
        {
            names.Remove(path);
        }
    }

    private void SetLinkMetadata(TarEntry entry)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(entry.Name);
        using DirectoryHandle handle = _layer.Open(directory);
        _maker.SetLinkMetadata(handle, name, entry);
    }

    /// <summary>Gives implied directories their metadata and all others their times back, deepest first: a path sorts behind what it is in.</summary>
    private void FinishDirectories()
    {
        SortedSet<ByteString> open = [.. _implied, .. _layer.Changed];
        while (open.Count > 0)
        {
            ByteString path = open.Max;
            open.Remove(path);
            if (_layer.Stat(path) is not { IsDirectory: true })
            {
                continue;
            }

            if (!_implied.Contains(path))
            {
                _layer.RestoreTimes(path);
                continue;
            }

            using DirectoryHandle? lower = _layer.Hides(path) ? null : _lower.TryOpen(path);
            if (lower is null && _layer.IsEmpty(path))
            {
                _layer.RemoveDirectory(path);
                open.Add(LayerPath.Split(path).Directory); // Its time has changed, and it may be empty now.
                continue;
            }

            using DirectoryHandle directory = _layer.Open(path);
            if (lower is null)
            {
                FileCopier.SetDefaults(directory);
            }
            else
            {
                _copier.CopyMetadata(lower, null, lower.Stat(), directory, null);
            }
        }
    }

    private static ByteString Moved(ByteString path, ByteString from, ByteString to) =>
        to.IsEmpty ? path.Slice(from.Length + 1) : ByteString.Concat(to.Span, path.Span[from.Length..]);

    private static void RefuseDirectory(FileStatus status, TarEntry entry)
    {
        if (status.IsDirectory)
        {
            throw BadLayer.Because($"the layer has a hard link to a directory: {entry.Name} to {entry.LinkName}");
        }
    }

    private static LayerStoreException Missing(TarEntry entry) =>
        BadLayer.Because($"the layer has a hard link to a file that does not exist: {entry.Name} to {entry.LinkName}");
}
