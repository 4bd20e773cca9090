using FsCheck;
using FsCheck.Fluent;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Erofs;
using Snapshotter.Tests.Layers.Apply;

namespace Snapshotter.Tests.Erofs;

/// <summary>An image may take the place of what the applier makes: whichever layers are read, both show the same, and what the applier refuses no image has.</summary>
public sealed class ErofsAgreementTests : IDisposable
{
    private static readonly string[] s_directories = ["", "a/", "a/b/", "c/"];
    private static readonly string[] s_names = ["a", "f", "g", ".wh.f", "s", "-", "..x", "\xff\xfe", new('n', 250), "!"];
    private static readonly Gen<Timestamp> s_time = Gen.Elements(TestLayer.Time, Timestamp.Epoch, new(-5, 999_999_999), new(int.MaxValue - 1L, 1));
    private static readonly Gen<int> s_size = Gen.Elements(0, 1, 10, 511, 512, 513, 1024, 5000, 70_000);

    private static readonly Xattr[][] s_xattrs =
    [
        [], [], [],
        [new(TestLayer.Bytes("trusted.x"), TestLayer.Bytes("\0\xff\n"))],
        [new(TestLayer.Bytes("security.selinux"), TestLayer.Bytes("label\0")), new(TestLayer.Bytes("trusted." + new string('y', 200)), TestLayer.Bytes(new string('v', 300)))],
    ];

    /// <summary>Adds an entry; most of the names are new by the number, so that most layers are plain.</summary>
    private static readonly Gen<Action<TestLayer, int>> s_entry =
        from directory in Gen.Elements(s_directories)
        from known in Gen.Elements(s_names)
        from isKnown in Gen.Frequency((1, Gen.Constant(true)), (20, Gen.Constant(false)))
        from type in Gen.Elements("f", "f", "f", "d", "l", "h", "p", "c", "b", "w", "o")
        from size in s_size
        from mode in Gen.Elements(0x1edu, 0x1a4u, 0x9edu, 0xfffu, 0u)
        from owner in Gen.Elements(0u, 0u, 1u, 70_000u)
        from time in s_time
        from xattrs in Gen.Elements(s_xattrs)
        select (Action<TestLayer, int>)((layer, i) => Add(layer, $"{directory}{(isKnown ? "" : $"{i % 7}-{i}")}{known}", directory, type, i, new TarEntry
        {
            Name = default,
            Type = TarEntryType.RegularFile,
            Size = size,
            Mode = mode,
            UserId = owner,
            GroupId = owner / 2,
            ModifiedAt = time,
            Xattrs = xattrs,
        }));

    private readonly ErofsWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [SkippableFact]
    public void Layers_of_random_entries_are_what_the_applier_makes_of_them()
    {
        int plain = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithReplay(1, gamma: 1).WithMaxTest(40),
            Prop.ForAll(Arb.From(s_entry.ListOf(40).Select(entries => (IReadOnlyList<Action<TestLayer, int>>)entries), Shrink), entries => plain += Agrees(Build(entries)) ? 1 : 0));
        Assert.True(plain > 15, $"only {plain} layers were plain");
    }

    [SkippableFact]
    public void Layers_of_the_corpus_are_what_the_applier_makes_of_them()
    {
        int plain = 0;
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("testdata/layers/apply"), "*.tar", SearchOption.AllDirectories))
        {
            plain += Agrees(File.ReadAllBytes(file), file) ? 1 : 0;
        }

        Assert.True(plain > 100, $"only {plain} layers were plain");
    }

    private static byte[] Build(IReadOnlyList<Action<TestLayer, int>> entries)
    {
        TestLayer layer = new TestLayer().Dir("a").Dir("a/b").Dir("c", 0x3ff, 1);
        for (int i = 0; i < entries.Count; i++)
        {
            entries[i](layer, i);
        }

        return ErofsWorkshop.Tar(layer);
    }

    private static void Add(TestLayer layer, string name, string directory, string type, int i, TarEntry like)
    {
        byte[] content = new byte[type == "f" ? like.Size : 0];
        new Random(i).NextBytes(content);
        TarEntry entry = like with { Name = TestLayer.Bytes(name) };
        switch (type)
        {
            case "d":
                entry = entry with { Type = TarEntryType.Directory };
                break;
            case "l":
                entry = entry with { Type = TarEntryType.SymbolicLink, LinkName = TestLayer.Bytes(new string('t', Math.Clamp((int)like.Size, 1, 4000))) };
                break;
            case "h":
                // Of the last file that is no directory, whose metadata it repeats, as builders do.
                (TarEntry Entry, byte[] Content) target = layer.Entries.LastOrDefault(static e => e.Entry.Type == TarEntryType.RegularFile && e.Content.Length > 0);
                entry = target.Entry is null ? entry : target.Entry with { Name = entry.Name, Type = TarEntryType.HardLink, LinkName = target.Entry.Name, Xattrs = [] };
                break;
            case "p":
                entry = entry with { Type = TarEntryType.Fifo };
                break;
            case "c" or "b":
                entry = entry with { Type = type == "c" ? TarEntryType.CharacterDevice : TarEntryType.BlockDevice, DeviceMajor = 1 + (uint)i, DeviceMinor = (uint)like.Size * 14 };
                break;
            case "w":
                entry = entry with { Name = TestLayer.Bytes($"{directory}.wh.gone{i}"), Xattrs = [] };
                break;
            case "o":
                entry = entry with { Name = TestLayer.Bytes(i % 5 == 0 && directory == "c/" ? "c/.wh..wh..opq" : "./"), Type = i % 5 == 0 && directory == "c/" ? TarEntryType.RegularFile : TarEntryType.Directory };
                break;
        }

        layer.Add(entry, content);
    }

    private static IEnumerable<IReadOnlyList<Action<TestLayer, int>>> Shrink(IReadOnlyList<Action<TestLayer, int>> entries) =>
        Enumerable.Range(0, entries.Count).Select(i => (IReadOnlyList<Action<TestLayer, int>>)[.. entries.Take(i), .. entries.Skip(i + 1)]);

    /// <summary>Compares both ways. Returns whether the layer is plain.</summary>
    private bool Agrees(byte[] tar, string? name = null)
    {
        ErofsLayer? layer;
        try
        {
            layer = ErofsWorkshop.TryRead(tar);
        }
        catch (LayerStoreException)
        {
            Assert.ThrowsAny<LayerStoreException>(() => _workshop.Apply(tar));
            return false;
        }

        if (layer is not null)
        {
            try
            {
                _workshop.AssertSame(tar);
            }
            catch (Exception e) when (name is not null)
            {
                throw new InvalidOperationException(name, e);
            }
        }

        return layer is not null;
    }
}
