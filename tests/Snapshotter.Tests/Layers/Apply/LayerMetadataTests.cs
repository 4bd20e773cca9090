using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>That each file has all that its entry says, and nothing else.</summary>
public sealed class LayerMetadataTests : LayerTestBase
{
    private static readonly Xattr s_label = new(TestLayer.Bytes("user.label"), TestLayer.Bytes("\0\xff"));
    private static readonly Xattr s_trusted = new(TestLayer.Bytes("trusted.label"), TestLayer.Bytes("1"));

    [SkippableFact]
    public void A_directory_without_an_entry_has_all_metadata_of_the_one_below()
    {
        TestLayer below = new TestLayer().Dir("d", 0x5f8, 12, s_label, s_trusted, DefaultAcl).File("d/old");
        string[] lines = Both(below, new TestLayer().File("d/new"));
        string attributes = string.Concat(new[] { DefaultAcl, s_trusted, s_label }.Select(xattr => $" {xattr.Name}={xattr.Value}"));
        Assert.Contains("/d Directory 2770 12:12 1600000000.123456789 " + attributes, lines);
        Assert.Contains("/d/new RegularFile 644 0:0 1600000000.123456789 \"\"", lines);
    }

    [SkippableFact]
    public void Whatever_is_there_gives_way_to_an_entry_of_any_type()
    {
        Dictionary<string, Action<TestLayer>> types = new()
        {
            ["Directory"] = layer => layer.Dir("x", 0x1c0, 4, s_label).File("x/f", "in it"),
            ["RegularFile"] = layer => layer.File("x", "content", 0x180, 5, s_label, Capability),
            ["SymbolicLink"] = layer => layer.Symlink("x", "other", s_trusted),
            ["Fifo"] = layer => layer.Fifo("x"),
            ["CharacterDevice"] = layer => layer.Device("x", 1, 3),
            ["BlockDevice"] = layer => layer.Device("x", 7, 9, TarEntryType.BlockDevice),
            ["HardLink"] = layer => layer.File("y", "linked").Link("x", "y"),
        };
        foreach ((string below, Action<TestLayer> first) in types)
        {
            foreach ((string above, Action<TestLayer> second) in types.Where(type => type.Key != "Directory" || below != "Directory"))
            {
                TestLayer one = new TestLayer().Dir("other").File("other/kept");
                TestLayer two = new();
                TestLayer both = new TestLayer().Dir("other").File("other/kept");
                first(one);
                first(both);
                second(two);
                second(both);
                string[] alone = Both(both);
                Assert.Contains(alone, line => line.StartsWith($"/x {(above == "HardLink" ? "RegularFile" : above)} ", StringComparison.Ordinal));
                string[] stacked = Both(one, two);
                Assert.Equal(alone.Where(line => line.StartsWith("/x", StringComparison.Ordinal)), stacked.Where(line => line.StartsWith("/x", StringComparison.Ordinal)));
                Assert.Contains(stacked, line => line.StartsWith("/other/kept", StringComparison.Ordinal));
            }
        }
    }

    [SkippableFact]
    public void A_hard_links_entry_without_xattrs_leaves_its_file_what_it_has()
    {
        string file = $"/a RegularFile 4755 9:9 1600000000.123456789 \"x\" {Capability.Name}={Capability.Value} user.label={s_label.Value}";
        Has(file, new TestLayer().File("a", "x", 0x9ed, 9, Capability, s_label).Link("b", "a", 0x9ed, 9));
        Has(file, new TestLayer().File("a", "x", 0x9ed, 9, Capability, s_label), new TestLayer().Link("0", "a", 0x9ed, 9), new TestLayer().Whiteout("0"));
    }

    [SkippableFact]
    public void A_default_acl_of_the_directory_itself_does_not_reach_what_is_put_into_it()
    {
        foreach (WhiteoutMode mode in Enum.GetValues<WhiteoutMode>())
        {
            string directory = Workshop.MakeRoot();
            Shell.Run(directory, "setfacl -d -m u:1000:rwx,g::rwx,o::rwx .");
            LayerWorkshop.Apply(directory, new TestLayer().Dir("d", 0x1c0).File("d/f", "", 0x180).File("i/f", "", 0x180).Symlink("s", "f").Fifo("p"), mode);
            string[] lines = TreeListing.Of(directory).Split('\n');
            Assert.Contains("/d Directory 700 0:0 1600000000.123456789 ", lines);
            Assert.Contains("/d/f RegularFile 600 0:0 1600000000.123456789 \"\"", lines);
            Assert.Contains("/i Directory 755 0:0 0.000000000 ", lines);
            Assert.DoesNotContain(lines[1..], line => line.Contains("posix_acl", StringComparison.Ordinal));
        }
    }

    /// <summary>The kernel shows version 3 of a capability as version 2 to whoever its root is root for (capabilities(7), "File capability versioning").</summary>
    [SkippableFact]
    public void A_capability_of_this_namespaces_root_is_one_without_a_root_and_anothers_is_kept()
    {
        ByteString Version3(byte root) => TestLayer.Bytes($"\x01\0\0\x03\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0{(char)root}\0\0\0");
        ByteString version2 = TestLayer.Bytes("\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        Has($"/f RegularFile 755 0:0 1600000000.123456789 \"\" {Capability.Name}={version2}", new TestLayer().File("f", "", 0x1ed, 0, Capability with { Value = Version3(0) }));
        Has($"/f RegularFile 755 0:0 1600000000.123456789 \"\" {Capability.Name}={Version3(100)}", new TestLayer().File("f", "", 0x1ed, 0, Capability with { Value = Version3(100) }));
    }

    [SkippableFact]
    public void A_device_that_is_left_out_still_hides_what_is_below()
    {
        TestLayer below = new TestLayer().Dir("dev").File("dev/null", "old");
        foreach (WhiteoutMode mode in Enum.GetValues<WhiteoutMode>())
        {
            string directory = Workshop.MakeRoot();
            LayerWorkshop.Apply(directory, below, WhiteoutMode.Delete);
            string layer = mode == WhiteoutMode.Delete ? directory : Workshop.MakeRoot();
            LayerWorkshop.Apply(layer, new TestLayer().Dir("dev").Device("dev/null", 1, 3), mode, o => o with { NoDevices = true });
            string[] lines = TreeListing.Of(layer).Split('\n');
            Assert.DoesNotContain(lines, line => line.StartsWith("/dev/null RegularFile", StringComparison.Ordinal));
            Assert.Equal(mode == WhiteoutMode.Overlay, lines.Any(line => line.StartsWith("/dev/null CharacterDevice", StringComparison.Ordinal) && line.Contains("0:0", StringComparison.Ordinal)));
        }
    }

    [SkippableFact]
    public void The_time_of_the_last_access_is_set_if_it_is_given()
    {
        TarEntry file = new() { Name = TestLayer.Bytes("f"), Type = TarEntryType.RegularFile, ModifiedAt = TestLayer.Time, AccessedAt = new Timestamp(1_500_000_000, 5) };
        string directory = Workshop.Flat(new TestLayer().Add(file).Add(file with { Name = TestLayer.Bytes("now"), AccessedAt = null }));
        Assert.Equal("1500000000", Shell.Run(directory, "stat -c %X f").Trim());
        Assert.NotEqual("0", Shell.Run(directory, "stat -c %X now").Trim());
    }
}
