namespace Snapshotter.Tests.Layers.Apply;

/// <summary>
/// Entries in orders that no builder writes, so that a name is used before everything about it is known. What such a layer
/// means must not depend on whether it is unpacked or mounted.
/// </summary>
public sealed class EntryOrderTests : LayerTestBase
{
    private static readonly string[] s_usrMerge = ["/", "/lib", "/usr", "/usr/lib", "/usr/lib/old"];

    private static TestLayer Base => new TestLayer().Dir("usr").Dir("usr/lib").File("usr/lib/old").Symlink("lib", "usr/lib");

    [SkippableFact]
    public void A_path_below_a_link_that_was_whited_out_before_makes_a_directory()
    {
        Assert.Equal(["/", "/lib", "/lib/x", "/usr", "/usr/lib", "/usr/lib/old"], Names(Base, new TestLayer().Whiteout("lib").File("lib/x")));
        Assert.Equal(["/", "/lib", "/lib/x"], Names(Base, new TestLayer().Opaque("").File("lib/x")));
    }

    [SkippableFact]
    public void A_link_cannot_be_hidden_or_replaced_after_a_path_went_through_it()
    {
        Assert.Equal([.. s_usrMerge, "/usr/lib/x"], Names(Base, new TestLayer().File("lib/x")));
        Refused(Base, new TestLayer().File("lib/x").Whiteout("lib"));
        Refused(Base, new TestLayer().File("lib/x").Opaque(""));
        Refused(Base, new TestLayer().File("lib/x").Dir("lib"));
        Refused(Base, new TestLayer().File("lib/x").File("lib"));
        Refused(Base, new TestLayer().Whiteout("lib/old").Whiteout("lib"));
    }

    [SkippableFact]
    public void Nor_can_the_directory_that_the_link_is_in()
    {
        TestLayer below = new TestLayer().Dir("t").Dir("d").Symlink("d/l", "/t");
        Assert.Equal(["/", "/d", "/d/l", "/t", "/t/x"], Names(below, new TestLayer().File("d/l/x")));
        Refused(below, new TestLayer().File("d/l/x").Whiteout("d"));
        Refused(below, new TestLayer().File("d/l/x").Opaque("d"));
        Refused(below, new TestLayer().File("d/l/x").File("d"));
    }

    [SkippableFact]
    public void A_directory_may_be_hidden_or_described_after_what_is_in_it()
    {
        TestLayer below = new TestLayer().Dir("d", 0x1c0).File("d/old");
        Assert.Equal(["/", "/d", "/d/x"], Names(below, new TestLayer().File("d/x").Whiteout("d")));
        Assert.Equal(["/", "/d", "/d/x"], Names(below, new TestLayer().File("d/x").Opaque("d")));
        Has("/d Directory 770", below, new TestLayer().File("d/x").Dir("d", 0x1f8));
        Has("/new Directory 770", below, new TestLayer().File("new/x").Dir("new", 0x1f8));
    }

    [SkippableFact]
    public void A_path_through_a_new_name_of_a_lower_file_is_refused()
    {
        Refused(Base, new TestLayer().Link("l", "lib").File("l/x"));
        Refused(Base, new TestLayer().Link("l", "usr/lib/old").File("l/x"));
        Assert.Equal([.. s_usrMerge[..2], "/s", .. s_usrMerge[2..], "/usr/lib/x"], Names(Base, new TestLayer().Symlink("s", "usr/lib").File("s/x")));
    }

    [SkippableFact]
    public void A_hard_link_keeps_what_is_below_a_directory_that_was_hidden_before()
    {
        TestLayer below = new TestLayer().Dir("d", 0x1c0).File("d/f", "kept").Dir("d/e").File("d/e/g", "kept");
        Assert.Equal(["/", "/d", "/d/new"], Names(below, new TestLayer().Whiteout("d").Dir("d").Link("d/new", "d/f")));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/new"], Names(below, new TestLayer().Opaque("d").Link("d/e/new", "d/e/g")));
        Assert.Equal(["/", "/new"], Names(below, new TestLayer().Whiteout("d").Link("new", "d/e/g")));
    }

    [SkippableFact]
    public void A_hard_link_to_a_lower_file_whose_name_the_layer_takes_later_is_refused()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/f", "old");
        Refused(below, new TestLayer().Link("l", "d/f").File("d/f", "new"));
        Refused(below, new TestLayer().Link("l", "d/f").File("d", "new"));
        Refused(below, new TestLayer().Link("l", "d/f").Symlink("d", "x"));
    }

    [SkippableFact]
    public void A_later_entry_takes_the_name_of_a_hard_link_to_a_lower_file()
    {
        TestLayer below = new TestLayer().File("f", "old");
        Has("/l RegularFile 644 0:0 1600000000.123456789 \"new\"", below, new TestLayer().Link("l", "f").File("l", "new"));
        Assert.Equal(["/", "/f", "/l", "/l/x"], Names(below, new TestLayer().Link("l", "f").Dir("l").File("l/x")));
        Assert.Equal(["/", "/f", "/l"], Names(new TestLayer().File("f").Dir("l").File("l/old"), new TestLayer().Link("l", "f").Dir("l")));
    }

    [SkippableFact]
    public void Two_paths_for_one_file_are_refused_and_directories_are_joined()
    {
        Refused(Base, new TestLayer().File("lib/x", "1").File("usr/lib/x", "2"));
        Refused(Base, new TestLayer().File("usr/lib/x", "1").File("lib/x", "2"));
        Refused(Base, new TestLayer().Dir("lib/d").Dir("usr/lib/d"));
        Refused(Base, new TestLayer().File("lib/d").File("usr/lib/d/x"));
        Refused(Base, new TestLayer().File("usr/lib/d/x").File("lib/d"));
        Refused(Base, new TestLayer().Link("lib/l", "usr/lib/old").File("usr/lib/l"));
        Assert.Equal([.. s_usrMerge, "/usr/lib/x", "/usr/lib/y"], Names(Base, new TestLayer().File("lib/x").File("usr/lib/y").Whiteout("lib/y")));
        Has("/usr/lib/d Directory 700 5:5 1600000000.123456789", Base, new TestLayer().File("usr/lib/d/x").Dir("lib/d", 0x1c0, 5).File("lib/d/y"));
        Has("/usr/lib/d Directory 700 5:5 1600000000.123456789", Base, new TestLayer().Dir("usr/lib/d", 0x1c0, 5).File("lib/d/y"));
        Assert.Equal([.. s_usrMerge, "/usr/lib/old/x"], Names(Base, new TestLayer().Dir("lib/old").File("usr/lib/old/x")));
        Has("/usr/lib/x RegularFile 644 0:0 1600000000.123456789 \"2\"", Base, new TestLayer().File("lib/x", "1").File("lib/x", "2"));
    }
    [SkippableFact]
    public void A_link_of_a_lower_layer_leads_through_directories_only_whichever_comes_first()
    {
        TestLayer below = new TestLayer().Dir("d").Dir("e").Symlink("l", "d");
        Refused(below, new TestLayer().File("l/x").Symlink("d", "e"));
        Refused(below, new TestLayer().Symlink("d", "e").File("l/x"));
        Refused(below, new TestLayer().Whiteout("l/x").File("d"));
        Assert.Equal(["/", "/d", "/d/x", "/e", "/l"], Names(below, new TestLayer().Whiteout("d").File("l/x")));
    }

    [SkippableFact]
    public void A_link_of_the_layer_itself_leads_out_of_no_lower_link()
    {
        Refused(Base, new TestLayer().Symlink("lib/s", "../x").File("lib/s/y"));
        Refused(Base, new TestLayer().Symlink("s", "lib/../x").File("s/y"));
        Assert.Equal([.. s_usrMerge[..4], "/usr/lib/d", "/usr/lib/old", "/usr/lib/s", "/usr/lib/x", "/usr/lib/x/y"], Names(Base, new TestLayer().Dir("lib/d").Symlink("lib/s", "d/../x").File("lib/s/y")));
    }

    [SkippableFact]
    public void A_link_of_the_layer_itself_that_a_path_went_through_stays_what_it_was()
    {
        TestLayer below = new TestLayer().Dir("d");
        Refused(below, new TestLayer().Symlink("s", "d").File("s/x").Dir("s"));
        Refused(below, new TestLayer().Dir("e").Symlink("e/s", "/d").File("e/s/x").File("e"));
        Assert.Equal(["/", "/d", "/d/x", "/s"], Names(below, new TestLayer().Symlink("s", "d").File("s/x").Symlink("s", "d")));
        Refused(Base, new TestLayer().Symlink("usr/lib/s", "/usr").File("lib/s/x"));
    }

    [SkippableFact]
    public void A_hard_link_to_a_lower_file_in_the_place_of_a_directory_that_the_layer_has_files_in_is_refused()
    {
        TestLayer below = new TestLayer().File("f").Dir("d").File("d/old");
        Refused(below, new TestLayer().File("f/x").Link("f", "f"));
        Refused(below, new TestLayer().File("d/x").Link("d", "f").Dir("d"));
        Assert.Equal(["/", "/d", "/f"], Names(below, new TestLayer().Whiteout("d/old").Link("d", "f")));
    }

    [SkippableFact]
    public void A_hard_link_finds_a_file_of_its_layer_under_the_path_that_its_entry_has()
    {
        Refused(Base, new TestLayer().File("usr/lib/x").Link("l", "lib/x"));
        Refused(Base, new TestLayer().Link("l", "lib/x").File("usr/lib/x"));
        Assert.Equal(["/", "/l", .. s_usrMerge[1..], "/usr/lib/x"], Names(Base, new TestLayer().File("lib/x").Link("l", "lib/x")));
    }

    [SkippableFact]
    public void Another_path_does_not_lead_into_a_directory_that_was_something_else_before()
    {
        Refused(Base, new TestLayer().File("usr/lib/d").Dir("usr/lib/d").File("lib/d/x"));
        Refused(Base, new TestLayer().File("lib/d/x").Symlink("usr/lib/d", "x").Dir("usr/lib/d"));
        Refused(new TestLayer().Dir("d").File("d/f"), new TestLayer().File("d").Dir("d").Link("l", "d/f"));
        Assert.Equal([.. s_usrMerge[..4], "/usr/lib/d", "/usr/lib/d/x", "/usr/lib/old"], Names(Base, new TestLayer().File("lib/d").Dir("lib/d").File("lib/d/x")));
    }

    [SkippableFact]
    public void A_path_through_a_lower_file_and_out_of_it_again_is_refused()
    {
        TestLayer below = new TestLayer().File("a").File("n").Dir("d").File("d/b").Symlink("c", "d");
        TestLayer Through(string target) => new TestLayer().Symlink("s", target);
        Refused(below, Through("a/..").File("s/x"));
        Refused(below, Through("a/..").File("x").Link("l", "s/x"));
        Refused(below, Through("a/..").Link("l", "s/n"));
        Refused(below, Through("a/..").Whiteout("s/n"));
        Refused(below, Through("a/..").File("s/x").Whiteout("a"));
        Refused(below, Through("a/..").Whiteout("a").File("s/x"));
        Refused(below, Through("a/..").Whiteout("a").Whiteout("s/n"));
        Refused(below, Through("a/..").Whiteout("a").File("x").Link("l", "s/x"));
        Refused(below, Through("a/./x/../..").File("s/x"));
        Refused(below, Through("d/b/../..").File("s/x"));
        Refused(below, Through("d/b/../..").File("s/x").Whiteout("d"));
        Refused(below, Through("c/..").Whiteout("c").File("s/x"));
        Refused(below, Through("c/..").Whiteout("c").Whiteout("s/n"));
        Refused(below, Through("c/..").File("s/x"));
    }

    [SkippableFact]
    public void A_path_through_a_file_that_is_hidden_by_the_directory_it_is_in_goes_by_its_letters()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/a").Symlink("d/c", "/").Dir("e").File("e/n");
        foreach (string name in (string[])["a", "c", "none"])
        {
            TestLayer Hidden(string target) => new TestLayer().Opaque("d").Symlink("d/s", $"{name}/{target}");
            Assert.Equal(["/", "/d", "/d/s", "/d/x", "/e", "/e/n"], Names(below, Hidden("..").File("d/s/x")));
            Assert.Equal(["/", "/d", "/d/l", "/d/s", "/d/x", "/e", "/e/n"], Names(below, Hidden("..").File("d/x").Link("d/l", "d/s/x")));
            Assert.Equal(["/", "/d", "/d/s", "/e"], Names(below, Hidden("../../e").Whiteout("d/s/n")));
            Assert.Equal(["/", "/d", "/d/s", "/e", "/e/n", "/l"], Names(below, Hidden("../../e").Link("l", "d/s/n")));
        }

        Assert.Equal(["/", "/e", "/e/n", "/s", "/x"], Names(below, new TestLayer().Symlink("s", "d/a/../..").Whiteout("d").File("s/x")));
    }

    [SkippableFact]
    public void Whiteouts_under_another_path_hide_nothing_of_what_the_layer_made_and_go_through_no_marks()
    {
        TestLayer below = new TestLayer().Symlink("up", "/").File("f").Dir("d").Dir("d/e").File("d/e/x").Symlink("l", "d/e");
        Refused(below, new TestLayer().Symlink("up/x", "up/x/0/.wh.").Whiteout("up/x/0/0"));
        Refused(below, new TestLayer().Link("x", "f").Symlink("s", "up/x/.wh.a").Whiteout("s/b"));
        Refused(below, new TestLayer().Whiteout($"none/{new string('n', 256)}/a"));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/x", "/f", "/l", "/up", "/x"], Names(below, new TestLayer().Link("x", "f").Whiteout("up/x/b")));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/x", "/f", "/l", "/up", "/x"], Names(below, new TestLayer().Whiteout("up/x/b").Link("x", "f")));
        Assert.Equal(["/", "/d", "/f", "/l", "/up"], Names(below, new TestLayer().File("d").Dir("d").Whiteout("up/d/x")));
        Assert.Equal(["/", "/d", "/f", "/l", "/up"], Names(below, new TestLayer().Whiteout("up/d/x").File("d").Dir("d")));
        Assert.Equal(["/", "/d", "/f", "/l", "/up"], Names(below, new TestLayer().File("d").Dir("d").Whiteout("l/x")));
        Assert.Equal(["/", "/d", "/f", "/l", "/up"], Names(below, new TestLayer().Whiteout("l/x").File("d").Dir("d")));
    }

    [SkippableFact]
    public void A_whiteout_under_another_path_hides_what_is_below_a_directory()
    {
        TestLayer below = new TestLayer().Dir("d").File("d/f").Dir("d/e", 0x1c0).File("d/e/old").Symlink("l", "d");
        Assert.Equal(["/", "/d", "/d/e", "/d/e/old", "/d/f", "/d/f/x", "/l"], Names(below, new TestLayer().File("d/f/x").Whiteout("l/f")));
        Has("/d/e Directory 755", below, new TestLayer().File("d/e/x").Whiteout("l/e"));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/x", "/d/f", "/l"], Names(below, new TestLayer().File("d/e/x").Whiteout("l/e")));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/x", "/d/f", "/l"], Names(below, new TestLayer().Dir("d/e").File("d/e/x").Whiteout("l/e")));
        Assert.Equal(["/", "/d", "/d/f", "/l"], Names(below, new TestLayer().Whiteout("d/e/none").Whiteout("l/e")));
    }

    [SkippableFact]
    public void A_hard_link_of_a_directory_to_itself_is_refused()
    {
        Refused(Base, new TestLayer().Dir("usr").Link("usr", "usr"));
        Refused(Base, new TestLayer().Link("usr", "usr"));
        Refused(Base, new TestLayer().Dir("new").Link("new", "new"));
    }
}
