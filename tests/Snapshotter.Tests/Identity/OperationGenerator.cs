using FsCheck;
using FsCheck.Fluent;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Identity;

/// <summary>Random operations. Few names, so that most operations find something; devices that nobody has.</summary>
internal sealed class OperationGenerator
{
    private static readonly Gen<ByteString> s_name = Gen.Frequency(Samples.Names.Select(n => (n.Weight, Gen.Constant(n.Name))));

    /// <summary>The longest paths that a layer holds have 4,096 bytes (PATH_MAX).</summary>
    private static readonly Gen<int> s_length = Gen.Elements(LongestPath, LongestPath - 1, LongestPath - 3, LongestPath - 4, 3900);

    private static readonly Gen<char> s_letter = Gen.Elements('x', 'y');

    private static readonly Gen<int> s_size = Gen.Elements(0, 1, 5, 5, 4096, 10_000);

    private static readonly Gen<uint> s_id = Gen.Elements(Samples.Ids);

    private static readonly Gen<Xattr> s_xattr = Gen.Frequency(Samples.Xattrs.Select(x => (x.Weight, Gen.Constant(x.Xattr))));

    private static readonly Gen<Timestamp> s_time =
        from seconds in Gen.Elements(Samples.Seconds)
        from nanoseconds in Gen.Elements(Samples.Nanoseconds)
        select new Timestamp(seconds, nanoseconds);

    private static readonly Gen<(FileType Type, uint Major, uint Minor)> s_node = Gen.Elements(
        (FileType.Fifo, 0u, 0u), (FileType.CharacterDevice, 1u, 3u), (FileType.CharacterDevice, 0xfffu, 0xfffffu), (FileType.BlockDevice, 240u, 300u), (FileType.Socket, 0u, 0u));

    private const int LongestPath = 4096;

    private readonly Gen<TreePath> _new;
    private readonly Gen<TreePath> _file;
    private readonly Gen<TreePath> _old;
    private readonly Gen<TreePath> _any;
    private readonly Gen<TreePath>? _deep;

    private OperationGenerator(KnownPaths known)
    {
        // What is below a renamed directory must not get a path that is longer than a layer holds.
        TreePath[] directories = [TreePath.Root, .. known.Directories.Where(IsShallow)];
        TreePath[] files = [.. known.Files.Where(IsShallow)];
        TreePath[] deep = [.. known.Directories.Where(static path => path is { IsLong: true, Length: < LongestPath - 1 })];
        _deep = deep.Length == 0 ? null : from path in Gen.Elements(deep) from length in s_length select path.Fill(length);
        _new = from path in Gen.Elements(directories) from name in s_name select path.Below(name);
        _file = files.Length == 0 ? _new : Gen.Frequency((6, Gen.Elements(files)), (1, _new));
        _old = directories.Length == 1 ? _file : Gen.Frequency((1, _file), (1, Gen.Elements(directories[1..])));
        _any = known.All.ToArray() is { Length: > 0 } all ? Gen.Frequency((9, Gen.Elements(all)), (1, Gen.Constant(TreePath.Root))) : Gen.Constant(TreePath.Root);
    }

    /// <summary>Some operations, most of which find something to work on.</summary>
    public static Gen<IReadOnlyList<Operation>> Operations(int count)
    {
        Gen<IReadOnlyList<Operation>> all = Gen.Constant<IReadOnlyList<Operation>>([]);
        for (int i = 0; i < count; i++)
        {
            int done = i;
            all = from before in all
                  let next = new OperationGenerator(new KnownPaths(before))
                  from operation in done < 3 ? next.Directory : next.Operation
                  select (IReadOnlyList<Operation>)[.. before, operation];
        }

        return all;
    }

    private static bool IsShallow(TreePath path) => path is { IsLong: false, Names.Count: < 4 };

    private Gen<Operation> Directory => _new.Select(Change.MakeDirectories);

    private Gen<Operation> Operation => Gen.Frequency(
        (10, from path in WithDeep(_new) from letter in s_letter from size in s_size select Change.Write(path, letter, size)),
        (4, from path in _file from letter in s_letter from size in s_size select Change.Write(path, letter, size)),
        (4, from path in _file from letter in s_letter from size in s_size select Change.Append(path, letter, size)),
        (3, from path in _file from letter in s_letter from size in s_size select Change.Overwrite(path, letter, size)),
        (2, from path in WithDeep(_file) from offset in Gen.Elements(3L, 70_000, 1_000_000) from size in Gen.Elements(1, 4096) select Change.WriteAt(path, offset, 'w', size)),
        (2, from path in _file from size in Gen.Elements(0L, 3, 5000, 300_000) select Change.Truncate(path, size)),
        (8, _new.Select(Change.MakeDirectory)),
        (2, Gen.Frequency((3, WithDeep(_new)), (1, s_length.Select(TreePath.Deep))).Select(Change.MakeDirectories)),
        (8, from path in _old from to in Gen.OneOf(_new, _old) select Change.Rename(path, to)),
        (2, from path in _old from with in _old select Change.Exchange(path, with)),
        (5, WithDeep(_old).Select(Change.Remove)),
        (3, _old.Select(Change.ReplaceByDirectory)),
        (3, _old.Select(Change.ReplaceByFile)),
        (6, from path in _file from to in WithDeep(_new) select Change.Link(path, to)),
        (2, from path in WithDeep(_new) from target in Gen.Elements(Samples.LinkTargets) select Change.MakeLink(path, target)),
        (3, from path in WithDeep(_new) from node in s_node select Change.MakeNode(path, node.Type, node.Major, node.Minor)),
        (4, from path in _any from mode in Gen.Elements(Samples.Modes) select Change.SetMode(path, mode)),
        (4, from path in _any from user in s_id from owners in s_id select Change.SetOwner(path, user, owners)),
        (5, from path in _any from time in s_time select Change.SetTime(path, time)),
        (8, from path in _any from xattr in s_xattr select Change.SetXattr(path, xattr)),
        (2, from path in _any from xattr in s_xattr select Change.RemoveXattr(path, xattr.Name)));

    private Gen<TreePath> WithDeep(Gen<TreePath> path) => _deep is null ? path : Gen.Frequency((3, path), (1, _deep));
}
