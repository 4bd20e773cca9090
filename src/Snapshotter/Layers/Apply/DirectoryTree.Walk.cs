using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <content>The walk along a path.</content>
internal sealed partial class DirectoryTree
{
    private DirectoryNode? Walk(ByteString path, out ByteString through, bool make = false, bool isForWhiteout = false)
    {
        Stack<ByteString> rest = new(LayerPath.Reversed(path));
        DirectoryNode node = Root;
        PlaceBehindLink place = new();
        through = ByteString.Empty;
        int links = 0;
        while (rest.TryPop(out ByteString name))
        {
            place.Take(rest.Count);
            if (name.Span is [(byte)'.'])
            {
                continue;
            }

            if (name.Span is [(byte)'.', (byte)'.'])
            {
                LeaveLink(ref place, node, path);
                node = node.Parent ?? Root;
                continue;
            }

            bool isOnWay = place.IsInTarget && (make || isForWhiteout);
            if ((make || isForWhiteout) && node.AwaitedLinks.Contains(name))
            {
                return isForWhiteout ? Pass(node, name, place, rest, path, links) : throw BadLayer.Because($"the layer has a path through a hard link: {path}");
            }

            if (node.Child(name) is { } known)
            {
                if (known.IsReplacement && make && _whiteoutsDelete && node.PlaceOf(name) != place.Path)
                {
                    throw BadLayer.TwoPaths(known.Path);
                }

                Note(node.OnWayOfLinks, name, isOnWay);
                node = known;
                place.Enter(name);
                continue;
            }

            DirectoryHandle directory = Open(node);
            FileStatus? status = directory.TryStat(name);
            if (isOnWay && status is { IsDirectory: false, Type: var type } && (type != FileType.SymbolicLink || node.Made.Contains(name) || IsHiddenLower(node, name)))
            {
                throw LinkWayTaken(LayerPath.Join(node.Path, name));
            }

            if (links > 0 && status is { IsDirectory: false } && IsLeftLower(node, name, status.Value, rest))
            {
                status = node.HidesLower ? null : throw NotADirectory(path);
            }

            if (make && status is { IsDirectory: false } && IsHiddenLower(node, name))
            {
                RefuseIfFollowed(node, name);
                directory.Unlink(name);
                status = null;
            }

            if (status is null)
            {
                Note(node.OnWayOfLinks, name, isOnWay);

                // What a link says of directories that are not there is taken by its letters, as the peers do (filepath-securejoin).
                if (links > 0 && LayerPath.NamesUntilLeft(rest) is > 0 and int names)
                {
                    NoteLeft(node, name, rest.Take(names));
                    Drop(rest, names);
                    if (place.EndsTarget(rest.Count))
                    {
                        throw LinkLeft(path);
                    }

                    continue;
                }

                if (links > 0 && (make || isForWhiteout))
                {
                    BadLayer.ThrowIfMark(name, path);
                }

                if (!make)
                {
                    if (isForWhiteout)
                    {
                        RefuseMarks(rest, path, links);
                    }

                    return null;
                }

                OpenToFill(node).MakeDirectory(name, 0x1c0);
                node = node.Add(name, null);
                node.IsPassage = !_whiteoutsDelete && !node.IsHidden;
                place.Enter(name);
            }
            else if (status.Value.Type == FileType.Directory)
            {
                Note(node.OnWayOfLinks, name, isOnWay);
                node = node.Add(name, status.Value.ModifiedAt);
                place.Enter(name);
            }
            else if (status.Value.Type == FileType.SymbolicLink)
            {
                if (isForWhiteout && IsHiddenLower(node, name))
                {
                    RefuseMarks(rest, path, links);
                    return null;
                }

                Note(node.FollowedLinks, name, make || isForWhiteout);
                ByteString target = directory.ReadLink(name);
                if (_whiteoutsDelete && !node.Made.Contains(name))
                {
                    place.FollowLower(node, name, rest.Count);
                    HasFollowedLower |= make || isForWhiteout;
                    Note(_passed, place.Path, (make || isForWhiteout) && !place.IsInTarget);
                }
                else if (_whiteoutsDelete && (make || isForWhiteout) && node.PlaceOf(name) != place.Path)
                {
                    // A stored layer has a directory in the one place and the link in the other, and learns later that they are one.
                    return isForWhiteout ? Pass(node, name, place, rest, path, links) : throw BadLayer.TwoPaths(LayerPath.Join(node.Path, name));
                }
                else
                {
                    place.FollowOwn(target);
                }

                if (++links > MaxLinks)
                {
                    return make || isForWhiteout ? throw BadLayer.Because($"the layer has a path through too many symbolic links: {path}") : null;
                }

                foreach (ByteString component in LayerPath.Reversed(target))
                {
                    rest.Push(component);
                }

                node = target.StartsWith("/"u8) ? Root : node;
            }
            else if (isForWhiteout || !make)
            {
                if (isForWhiteout && _whiteoutsDelete && !node.Made.Contains(name))
                {
                    RefuseMarks(rest, path, links);
                }

                return null;
            }
            else if (make && _whiteoutsDelete && !node.Made.Contains(name))
            {
                // From a layer below: right only if a whiteout hides it, which may still come.
                directory.Unlink(name);
                OpenToFill(node).MakeDirectory(name, 0x1c0);
                _mustBeHidden.Add((node, name, _options.Remember(path)));
                node = node.Add(name, null);
                place.Enter(name);
            }
            else
            {
                throw NotADirectory(path);
            }
        }

        through = place.Path;
        return node;
    }

    private void Note(NameSet names, ByteString name, bool isTrue)
    {
        if (isTrue && !names.Contains(name))
        {
            names.Add(_options.Remember(name));
        }
    }

    /// <summary>A symbolic link of this layer may lead out of one of a layer below that it was found through: then the two forms would differ.</summary>
    private void LeaveLink(ref PlaceBehindLink place, DirectoryNode node, ByteString path)
    {
        if (!place.TryLeave())
        {
            throw LinkLeft(path);
        }

        if (node is { IsPassage: true, Entry: null })
        {
            _unsettled.Add(_options.Remember(node.Path));
        }
    }

    /// <summary>
    /// Whether a path goes through something of a layer below that is no directory, and out of it again. A stored layer, which has nothing there, takes that
    /// by its letters and learns when it is completed that it was wrong.
    /// </summary>
    private bool IsLeftLower(DirectoryNode node, ByteString name, FileStatus status, Stack<ByteString> rest) =>
        _whiteoutsDelete && !node.Made.Contains(name) && LayerPath.NamesUntilLeft(rest) > 0 && (status.Type != FileType.SymbolicLink || IsHiddenLower(node, name));

    /// <summary>Notes where a path through a stored layer went by its letters. Of what hides all that is below it, layers below have nothing to say.</summary>
    private void NoteLeft(DirectoryNode node, ByteString name, IEnumerable<ByteString> names)
    {
        if (_whiteoutsDelete || node.HidesLower)
        {
            return;
        }

        LeftWay way = new(node.Path, ByteString.Concat(name.Span, node.Whiteouts.Contains(name) ? default : LayerPath.JoinAll(names).Span));
        if (!_left.Contains(way))
        {
            _left.Add(new LeftWay(_options.Remember(way.Directory), _options.Remember(way.Names)));
        }
    }

    private static void Drop(Stack<ByteString> rest, int count)
    {
        for (; count > 0; count--)
        {
            rest.Pop();
        }
    }

    /// <summary>Passes a whiteout over that is below a link of the layer, or a name that will be one. Under another path than its entry's, a stored layer has nothing there.</summary>
    private DirectoryNode? Pass(DirectoryNode node, ByteString name, PlaceBehindLink place, Stack<ByteString> rest, ByteString path, int links)
    {
        if (_whiteoutsDelete && node.PlaceOf(name) != place.Path)
        {
            RefuseMarks(rest, path, links);
        }

        return null;
    }

    /// <summary>
    /// Refuses what a whiteout's path does below what is no directory of the layer if links lead it through a mark, or if a name is too long, as a stored layer does,
    /// which has nothing there and makes all of it.
    /// </summary>
    private static void RefuseMarks(Stack<ByteString> rest, ByteString path, int links)
    {
        while (rest.TryPop(out ByteString name))
        {
            int names = links == 0 || name.Span is [(byte)'.'] ? 0 : LayerPath.NamesUntilLeft(rest); // Without links there is no `..`.
            if (names == 0 && links > 0)
            {
                BadLayer.ThrowIfMark(name, path);
            }

            if (names == 0 && name.Length > MaxNameBytes)
            {
                throw BadLayer.Because($"the layer has a name of more than {MaxNameBytes} bytes: {path}");
            }

            Drop(rest, names);
        }
    }

    /// <summary>Whether a name is of a layer below, and this layer's whiteouts say that it is gone.</summary>
    private bool IsHiddenLower(DirectoryNode node, ByteString name) =>
        _whiteoutsDelete && (node.HidesLower || node.Whiteouts.Contains(name)) && !node.Made.Contains(name);

    private static LayerStoreException LinkLeft(ByteString path) =>
        BadLayer.Because($"the layer has a path through a symbolic link of a layer below and out of it again: {path}");
}
