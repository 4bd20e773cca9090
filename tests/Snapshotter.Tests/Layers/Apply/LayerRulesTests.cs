using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>
/// The rules of OCI image-spec, layer.md, and what builders make of them, one test a rule. Where it makes sense the layers
/// are applied both ways, and the plain tree and the mount must be the same.
/// </summary>
public sealed class LayerRulesTests : LayerTestBase
{
    [SkippableTheory]
    [InlineData("/d/f")]
    [InlineData("./d/f")]
    [InlineData("d//f")]
    [InlineData("d/./f")]
    [InlineData("//.//d///./f")]
    public void Names_are_cleaned(string name) => Has("/d/f RegularFile 644", new TestLayer().File(name));

    [SkippableFact]
    public void The_root_entry_sets_the_metadata_of_the_root_and_the_last_one_wins()
    {
        TestLayer below = new TestLayer().Dir("./", 0x1c0, 1).File("f");
        Has("/ Directory 1777 7:7 1600000000.123456789", below, new TestLayer().Dir("/", 0x3ff, 7), new TestLayer().File("g"));
    }

    [SkippableFact]
    public void The_root_is_a_directory_and_stays_one()
    {
        Refused(new TestLayer().Symlink("./", Workshop.Outside));
        Refused(new TestLayer().File("."));
        Refused(new TestLayer().Link("f", "/"));
    }

    [SkippableFact]
    public void A_link_on_the_way_is_followed_and_the_last_name_is_not()
    {
        TestLayer below = new TestLayer().Dir("real").File("real/kept").Symlink("way", "real").Symlink("last", "real/kept");
        string[] lines = Both(below, new TestLayer().File("way/new").File("last", "own"));
        Assert.Contains(lines, l => l.StartsWith("/real/new RegularFile", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("/last RegularFile", StringComparison.Ordinal) && l.Contains("\"own\"", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("/way SymbolicLink", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_link_through_directories_that_are_not_there_leads_where_its_letters_say()
    {
        TestLayer below = new TestLayer().Dir("real").File("real/kept").Symlink("way", "no/./where/../../../real");
        string[] lines = Both(below, new TestLayer().File("way/new").Link("hard", "way/kept"));
        Assert.Equal(["/hard", "/real", "/real/kept", "/real/new", "/way"], lines.Select(l => l.Split(' ')[0]).Where(path => path.Length > 1).Distinct());
    }

    [SkippableFact]
    public void A_missing_parent_is_0755_root_and_1970_also_in_a_setgid_directory()
    {
        TestLayer below = new TestLayer().Dir("team", 0x5fd, 50);
        Has("/team/new Directory 755 0:0 0.000000000", below, new TestLayer().File("team/new/f", "", 0x1a4, 50));
        Has("/team Directory 2775 50:50 1600000000.123456789", below, new TestLayer().File("team/new/f"));
    }

    [SkippableFact]
    public void A_directory_over_a_directory_keeps_children_and_loses_xattrs()
    {
        TestLayer below = new TestLayer().Dir("d", 0x1c0, 3, new Xattr(TestLayer.Bytes("user.old"), TestLayer.Bytes("1")), DefaultAcl).File("d/kept");
        string[] lines = Both(below, new TestLayer().Dir("d", 0x1ed, 4, new Xattr(TestLayer.Bytes("user.new"), TestLayer.Bytes("2"))));
        Assert.Contains("/d Directory 755 4:4 1600000000.123456789  user.new=2", lines);
        Assert.Contains(lines, l => l.StartsWith("/d/kept", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_file_over_a_directory_of_the_same_layer_removes_all_of_it_with_its_whiteouts()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/below");
        string[] lines = Both(below, new TestLayer().Dir("d").File("d/f").Whiteout("d/below").File("d", "file"));
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("/d RegularFile", lines[1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_directory_that_was_a_file_in_the_same_layer_shows_nothing_from_below()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/below");
        Assert.DoesNotContain(Both(below, new TestLayer().File("d").Dir("d")), l => l.StartsWith("/d/", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Of_duplicates_the_last_wins()
    {
        Has("/f RegularFile 600 2:2 1600000000.123456789 \"last\"", new TestLayer().Dir("f").Symlink("f", "x").File("f", "first").File("f", "last", 0x180, 2));
        Has("/d Directory 700 5:5", new TestLayer().Dir("d").File("d/f").Dir("d", 0x1c0, 5));
    }

    [SkippableFact]
    public void A_whiteout_may_be_of_any_type()
    {
        TestLayer below = new TestLayer().File("a").File("b").Dir("c");
        Assert.Single(Both(below, new TestLayer().Dir(".wh.a").Symlink(".wh.b", "/etc").Device(".wh.c", 1, 3)));
    }

    [SkippableFact]
    public void A_whiteout_of_nothing_makes_nothing()
    {
        Assert.Single(Both(new TestLayer().Whiteout("nothing").Whiteout("no/such/thing")));
        Assert.Single(Both(new TestLayer().File("f"), new TestLayer().Whiteout("f/below/a/file").Whiteout("f")));
        Assert.Single(Both(new TestLayer().File("d/e/f"), new TestLayer().Whiteout("d/e/f").Whiteout("d/e").Whiteout("d")));
        Assert.Equal(2, Both(new TestLayer().File("d/e/f"), new TestLayer().Whiteout("d/e/f").Whiteout("d/e").Opaque("d")).Length);
    }

    [SkippableFact]
    public void An_opaque_root_hides_all_that_is_below()
    {
        string[] lines = Both(new TestLayer().File("old").Dir("d").File("d/old"), new TestLayer().File("new").Opaque("").File("d/new"));
        Assert.Equal(["/", "/d", "/d/new", "/new"], lines.Select(l => l.Split(' ')[0]));
    }

    [SkippableFact]
    public void The_bookkeeping_of_aufs_makes_no_files_but_can_be_linked_to()
    {
        TestLayer layer = new TestLayer().File(".wh..wh.aufs").Dir(".wh..wh.orph").File(".wh..wh.orph/x").Dir(".wh..wh.plnk")
            .File(".wh..wh.plnk/12.34", "shared").Link("a", ".wh..wh.plnk/12.34").Link("b", "a");
        string[] lines = Both(layer);
        Assert.Equal(["/", "/a", "/b"], lines.Select(l => l.Split(' ')[0]));
        Assert.Contains("same as /a", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"shared\"", lines[1], StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_hard_link_to_a_symbolic_link_is_another_name_of_the_link()
    {
        TestLayer layer = new TestLayer().Symlink("s", Workshop.Outside + "/canary").Link("l", "s");
        Has("/s SymbolicLink 777 0:0 1600000000.123456789 -> " + Workshop.Outside + "/canary same as /l", layer);
        Has("/s SymbolicLink 777 0:0 1600000000.123456789 -> nowhere same as /l", new TestLayer().Symlink("s", "nowhere"), new TestLayer().Link("l", "s"));
    }

    [SkippableFact]
    public void A_hard_link_to_a_lower_file_makes_one_file_of_all_its_names()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/a", "x", 0x9ed, 9, Capability).Link("d/b", "d/a", 0x9ed, 9);
        string[] lines = Both(below, new TestLayer().Link("c", "d/b", 0x9ed, 9));
        Assert.Contains(lines, l => l.StartsWith("/d/a RegularFile 4755 9:9", StringComparison.Ordinal) && l.Contains("same as /c", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("/d/b", StringComparison.Ordinal) && l.Contains("same as /c", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_hard_link_can_keep_what_the_same_layer_deletes() =>
        Assert.Equal(2, Both(new TestLayer().File("old", "x"), new TestLayer().Whiteout("old").Link("new", "old")).Length);

    [SkippableFact]
    public void A_hard_links_metadata_is_its_files()
    {
        Has("/a RegularFile 600 5:5 1600000000.123456789 \"x\"", new TestLayer().File("a", "x").Link("b", "a", 0x180, 5));
        Has("/a RegularFile 600 5:5 1600000000.123456789 \"x\"", new TestLayer().File("a", "x"), new TestLayer().Link("0", "a", 0x180, 5));
    }

    [SkippableFact]
    public void A_hard_link_to_nothing_to_a_directory_or_to_a_later_entry_is_refused()
    {
        Refused(new TestLayer().Link("l", "nothing"));
        Refused(new TestLayer().Link("l", "no/such/thing"));
        Refused(new TestLayer().Dir("d").Link("l", "d"));
        Refused(new TestLayer().Link("l", "later").File("later"));
        Refused(new TestLayer().Dir("d"), new TestLayer().Link("l", "d"));
        Refused(new TestLayer().File("f"), new TestLayer().Link("l", "f/below"));
    }

    [SkippableFact]
    public void Devices_and_fifos_are_made_with_their_metadata()
    {
        Has("/dev/sda BlockDevice 644 0:0 1600000000.123456789 8:1048575", new TestLayer().Device("dev/sda", 8, 0xfffff, TarEntryType.BlockDevice));
        Has("/fifo Fifo 644 0:0 1600000000.123456789", new TestLayer().Fifo("fifo"));
        Refused(new TestLayer().Device("d", 0x1000, 0));
        Refused(new TestLayer().Device("d", 0, 0x100000));
        Refused(new TestLayer().Device("whiteout", 0, 0));
    }

    [SkippableFact]
    public void Devices_can_be_left_out_with_a_warning()
    {
        List<string> warnings = [];
        string directory = Workshop.MakeRoot();
        LayerWorkshop.Apply(directory, new TestLayer().Device("null", 1, 3).File("f"), WhiteoutMode.Delete, o => o with { NoDevices = true, Warn = warnings.Add });
        Assert.DoesNotContain("null", TreeListing.Of(directory), StringComparison.Ordinal);
        Assert.Contains("null", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Setuid_bits_and_capabilities_survive_a_change_of_owner() =>
        Has($"/f RegularFile 6755 3:3 1600000000.123456789 \"\" {Capability.Name}={Capability.Value}", new TestLayer().File("f", "", 0xded, 3, Capability));

    [SkippableFact]
    public void Setuid_bits_and_capabilities_can_be_taken_off()
    {
        string directory = Workshop.MakeRoot();
        TestLayer layer = new TestLayer().File("f", "", 0xded, 3, Capability).Link("l", "f", 0xded, 3).Dir("d", 0x7ff);
        LayerWorkshop.Apply(directory, layer, WhiteoutMode.Delete, o => o with { StripSetuid = true });
        string[] lines = TreeListing.Of(directory).Split('\n');
        Assert.Contains("/f RegularFile 755 3:3 1600000000.123456789 \"\"", lines);
        Assert.Contains(lines, l => l.StartsWith("/d Directory 3777", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_default_acl_does_not_reach_what_layers_put_into_its_directory()
    {
        string acl = $" {DefaultAcl.Name}={DefaultAcl.Value}";
        TestLayer below = new TestLayer().Dir("d", 0x1ed, 0, DefaultAcl).File("d/same");
        string[] lines = Both(below, new TestLayer().File("d/f").File("d/implied/f").Symlink("d/s", "f"));
        Assert.Contains("/d Directory 755 0:0 1600000000.123456789 " + acl, lines);
        Assert.Contains("/d/f RegularFile 644 0:0 1600000000.123456789 \"\"", lines);
        Assert.Contains("/d/implied Directory 755 0:0 0.000000000 ", lines);
        Assert.Single(lines, l => l.Contains("posix_acl", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(4_000_000_000)]
    [InlineData(long.MaxValue)]
    [InlineData(-long.MaxValue)]
    [InlineData(-62_135_596_800)]
    public void A_time_is_kept_to_the_nanosecond_or_refused(long seconds)
    {
        Timestamp time = new(seconds, 999_999_999);
        foreach (TarEntryType type in new[] { TarEntryType.RegularFile, TarEntryType.Directory, TarEntryType.Fifo })
        {
            string directory = Workshop.MakeRoot();
            try
            {
                LayerWorkshop.Apply(directory, new TestLayer().Add(new TarEntry { Name = TestLayer.Bytes("f"), Type = type, ModifiedAt = time }), WhiteoutMode.Delete);
            }
            catch (LayerStoreException e)
            {
                Assert.True(e.Kind is ErrorKind.Unimplemented or ErrorKind.DataLoss, e.Message);
                continue;
            }

            using RootDirectory root = RootDirectory.Open(directory);
            Assert.Equal(time, root.TryStat(TestLayer.Bytes("f"))!.Value.ModifiedAt);
        }
    }

    [SkippableFact]
    public void Overlays_own_xattrs_cannot_be_smuggled_in()
    {
        Xattr opaque = new(TestLayer.Bytes("trusted.overlay.opaque"), TestLayer.Bytes("y"));
        Xattr redirect = new(TestLayer.Bytes("trusted.overlay.redirect"), TestLayer.Bytes("/secret"));
        Xattr other = new(TestLayer.Bytes("trusted.other"), TestLayer.Bytes("1"));
        TestLayer below = new TestLayer().Dir("d").File("d/kept").Dir("secret").File("secret/hidden");
        TestLayer layer = new TestLayer().Dir("d", 0x1ed, 0, opaque, redirect, other);

        string[] mounted = Workshop.OverlayListing(below, layer).Split('\n');
        Assert.Contains("/d/kept RegularFile 644 0:0 1600000000.123456789 \"\"", mounted);
        Assert.DoesNotContain(mounted, l => l.StartsWith("/d/hidden", StringComparison.Ordinal));
        Assert.Contains("/d Directory 755 0:0 1600000000.123456789  trusted.other=1 trusted.overlay.opaque=y trusted.overlay.redirect=/secret", mounted);

        List<string> warnings = [];
        string plain = Workshop.Flat(below);
        LayerWorkshop.Apply(plain, layer, WhiteoutMode.Delete, o => o with { Warn = warnings.Add });
        Assert.Contains("/d Directory 755 0:0 1600000000.123456789  trusted.other=1", TreeListing.Of(plain).Split('\n'));
        Assert.Equal(2, warnings.Count);
    }

    [SkippableFact]
    public void Xattrs_that_a_type_cannot_have_are_a_warning_and_labels_of_selinux_are_the_hosts()
    {
        List<string> warnings = [];
        string directory = Workshop.MakeRoot();
        TestLayer layer = new TestLayer().Symlink("s", "x", new Xattr(TestLayer.Bytes("user.x"), TestLayer.Bytes("1")))
            .File("f", "", 0x1a4, 0, new Xattr(TestLayer.Bytes("security.selinux"), TestLayer.Bytes("label\0")));
        LayerWorkshop.Apply(directory, layer, WhiteoutMode.Delete, o => o with { Warn = warnings.Add });
        Assert.Contains("user.x", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("label", TreeListing.Of(directory), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void An_xattr_that_the_kernel_takes_for_malformed_is_bad_data()
    {
        Refused(new TestLayer().File("f", "", 0x1a4, 0, new Xattr(Capability.Name, TestLayer.Bytes("nonsense"))));
        Refused(new TestLayer().File("f", "", 0x1a4, 0, new Xattr(TestLayer.Bytes("user." + new string('n', 300)), TestLayer.Bytes("1"))));
    }

    /// <summary>Every way out that was ever found: the outside is listed after each test.</summary>
    [SkippableTheory]
    [InlineData("parent link")]
    [InlineData("parent link up")]
    [InlineData("two links")]
    [InlineData("hard link through a link")]
    [InlineData("hard link to a link, then write")]
    [InlineData("link, then file of its name")]
    [InlineData("link, then directory of its name")]
    [InlineData("link, then metadata")]
    [InlineData("whiteout through a link")]
    [InlineData("opaque through a link")]
    [InlineData("whiteout of a link")]
    [InlineData("lower link, hard link through it")]
    [InlineData("magic link")]
    public void Nothing_outside_of_the_root_is_touched(string way)
    {
        string outside = Workshop.Outside;
        string up = string.Concat(Enumerable.Repeat("../", 20)) + outside[1..];
        TestLayer[] layers = way switch
        {
            "parent link" => [new TestLayer().Symlink("l", outside).File("l/canary", "x").Dir("l/cage", 0x1ff, 7)],
            "parent link up" => [new TestLayer().Symlink("l", up), new TestLayer().File("l/new").Dir("l/cage", 0x1ff, 7)],
            "two links" => [new TestLayer().Symlink("a", "b").Symlink("b", up).File("a/canary", "x")],
            "hard link through a link" => [new TestLayer().Symlink("l", outside).Link("h", "l/canary", 0x1ff, 7)],
            "hard link to a link, then write" => [new TestLayer().Symlink("l", outside + "/canary").Link("h", "l").File("h", "x").File("l", "x")],
            "link, then file of its name" => [new TestLayer().Symlink("l", outside + "/canary"), new TestLayer().File("l", "x", 0x1ff, 7)],
            "link, then directory of its name" => [new TestLayer().Symlink("l", outside).Dir("l", 0, 7).File("l/canary", "x")],
            "link, then metadata" => [new TestLayer().Symlink("l", outside + "/canary").Link("l", "l", 0xfff, 7)],
            "whiteout through a link" => [new TestLayer().Symlink("l", outside), new TestLayer().Whiteout("l/canary")],
            "opaque through a link" => [new TestLayer().Symlink("l", up), new TestLayer().Opaque("l")],
            "whiteout of a link" => [new TestLayer().Symlink("l", outside), new TestLayer().Whiteout("l")],
            "lower link, hard link through it" => [new TestLayer().Symlink("l", outside), new TestLayer().Link("h", "l/canary", 0x1ff, 7)],
            "magic link" => [new TestLayer().Symlink("l", $"/proc/self/root{outside}").File("l/canary", "x")],
            _ => throw new ArgumentOutOfRangeException(nameof(way)),
        };
        foreach (Func<string> apply in new Func<string>[] { () => Workshop.FlatListing(layers), () => Workshop.OverlayListing(layers) })
        {
            try
            {
                apply();
            }
            catch (LayerStoreException e)
            {
                Assert.Equal(ErrorKind.DataLoss, e.Kind);
            }
        }
    }
}
