using LayerStore;
using LayerStore.Tar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Entries with content from a seed: the same on every machine. How wild they are depends on what a format can say.</summary>
internal sealed class RandomTree
{
    private readonly Random _random;
    private readonly RandomTreeLimits _limits;
    private readonly List<(TarEntry Entry, byte[] Content)> _entries = [];
    private readonly List<string> _directories = [""];
    private readonly List<string> _linkable = [];
    private readonly HashSet<string> _taken = [];

    private RandomTree(int seed, RandomTreeLimits limits)
    {
        _random = new Random(seed);
        _limits = limits;
    }

    /// <summary>Some forty entries. Names are Latin-1 text that stands for bytes.</summary>
    public static IReadOnlyList<(TarEntry Entry, byte[] Content)> Make(int seed, RandomTreeLimits limits)
    {
        RandomTree tree = new(seed, limits);
        for (var i = 0; i < 40; i++)
            tree.Add();
        return tree._entries;
    }

    private void Add()
    {
        var path = Path();
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                _directories.Add(path + "/");
                _entries.Add((Entry(path + "/", TarEntryType.Directory), []));
                break;
            case 3 or 4 or 5 or 6:
                AddFile(path);
                break;
            case 7:
                MakeLinkable(path);
                _entries.Add((Entry(path, TarEntryType.SymbolicLink) with { LinkName = Bytes(Target()), Mode = 0x1FF, Xattrs = [] }, []));
                break;
            case 8 when _linkable.Count > 0:
                AddHardLink(path);
                break;
            default:
                AddNode(path);
                break;
        }
    }

    private void AddFile(string path)
    {
        var content = new byte[_random.Next(5) == 0 ? _random.Next(20_000) : _random.Next(600)];
        _random.NextBytes(content);
        MakeLinkable(path);
        _entries.Add((Entry(path, TarEntryType.RegularFile) with { Size = content.Length }, content));
    }

    private void MakeLinkable(string path)
    {
        if (path.Length <= _limits.LongLink)
            _linkable.Add(path);
    }

    // A link's entry says of its inode what the file's own entry says, as every tool writes it.
    private void AddHardLink(string path)
    {
        var target = _linkable[_random.Next(_linkable.Count)];
        var file = _entries.Find(entry => entry.Entry.Name == Bytes(target)).Entry;
        _entries.Add((file with { Name = Bytes(path), Type = TarEntryType.HardLink, LinkName = Bytes(target), Size = 0, Xattrs = [] }, []));
    }

    private void AddNode(string path)
    {
        if (!_limits.Nodes)
        {
            AddFile(path);
            return;
        }

        var type = (TarEntryType[])[TarEntryType.Fifo, TarEntryType.CharacterDevice, TarEntryType.BlockDevice];
        var entry = Entry(path, type[_random.Next(3)]) with { Xattrs = [] };
        _entries.Add((entry.Type == TarEntryType.Fifo ? entry : entry with { DeviceMajor = (uint)_random.Next(1, 4096), DeviceMinor = (uint)_random.Next(1 << 20) }, []));
    }

    private TarEntry Entry(string path, TarEntryType type) => new()
    {
        Name = Bytes(path),
        Type = type,
        Mode = (uint)_random.Next(0x1000),
        UserId = Id(),
        GroupId = Id(),
        ModifiedAt = Time(),
        Xattrs = Xattrs(),
    };

    private uint Id() => _random.Next(3) switch
    {
        0 => 0,
        1 => (uint)_random.Next(70_000),
        _ => _limits.LargeNumbers ? (uint)_random.NextInt64(uint.MaxValue) : (uint)_random.Next(1 << 21),
    };

    private Timestamp Time()
    {
        var seconds = _limits.LargeNumbers ? _random.NextInt64(-2_000_000_000, 8_000_000_000) : _random.NextInt64(2_000_000_000);
        return new Timestamp(seconds, _limits.Attributes && _random.Next(2) == 0 ? _random.Next(1_000_000_000) : 0);
    }

    private List<Xattr> Xattrs()
    {
        List<Xattr> xattrs = [];
        for (var i = _limits.Attributes ? _random.Next(3) : 0; i > 0; i--)
        {
            var value = new byte[_random.Next(1, 40)];
            for (var j = 0; j < value.Length; j++)
                value[j] = (byte)(_limits.AnyByte ? _random.Next(256) : _random.Next(' ', 127));
            xattrs.Add(new Xattr(ByteString.FromText($"user.{i}"), new ByteString(value)));
        }

        xattrs.Reverse();
        return xattrs;
    }

    private string Path()
    {
        while (true)
        {
            var path = _directories[_random.Next(_directories.Count)] + Name(_random.Next(4) == 0 ? _limits.LongName : 12);
            if (path.Length <= _limits.LongPath && _taken.Add(path))
                return path;
        }
    }

    private string Target() => string.Join('/', Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Name(_limits.LongName / 4)));

    private string Name(int length)
    {
        while (true)
        {
            var letters = new char[_random.Next(1, length + 1)];
            for (var i = 0; i < letters.Length; i++)
                letters[i] = _random.Next(_limits.AnyByte ? 4 : 12) == 0 ? Odd() : (char)_random.Next('a', 'z' + 1);
            var name = new string(letters);
            if (name is not ("." or "..") && !name.StartsWith(".wh.", StringComparison.Ordinal))
                return name;
        }
    }

    private char Odd()
    {
        while (true)
        {
            var letter = (char)(_limits.AnyByte ? _random.Next(1, 256) : _random.Next(' ', 127));
            if (letter != '/')
                return letter;
        }
    }

    private static ByteString Bytes(string latin1) => new(System.Text.Encoding.Latin1.GetBytes(latin1));
}
