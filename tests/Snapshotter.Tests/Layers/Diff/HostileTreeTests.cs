using LayerStore;
using Snapshotter.Layers;

namespace Snapshotter.Tests.Layers.Diff;

/// <summary>Trees that would lead a differ astray: out of themselves, in circles, out of its memory or descriptors; and trees that change under it.</summary>
public sealed class HostileTreeTests
{
    [SkippableFact]
    public void Links_are_not_followed()
    {
        using TreePair trees = new();
        string secret = trees["outside"];
        Shell.Run("/", $"mkdir '{secret}'; echo secret > '{secret}/f'; ln '{secret}/f' '{secret}/g'");
        trees.Play("mkdir d; echo 1 > d/f; ln d/f d/g; echo 1 > x", $"rm -r d; ln -s '{secret}' d; ln -s '{secret}/f' f; ln -sf / x; ln -s . self");
        Assert.Equal([$"d -> {secret}", $"f -> {secret}/f", "self -> .", "x -> /"], trees.Diff().Lines);
    }

    [SkippableFact]
    public void A_link_below_that_became_a_directory_is_not_looked_behind()
    {
        using TreePair trees = new();
        trees.Play("mkdir t; echo 1 > t/f; ln t/f t/g; ln -s t d", "rm d; mkdir d; echo 1 > d/f; ln d/f d/g; touch -r t/f d/f");
        Assert.Equal(["d/", "d/f", "d/g => d/f"], trees.Diff().Lines);
    }

    [SkippableFact]
    public void A_redirect_out_of_the_image_shows_nothing_from_there()
    {
        using OverlaySandbox sandbox = new();
        Shell.Run("/", $"mkdir '{sandbox["outside"]}'; echo secret > '{sandbox["outside"]}/f'");
        sandbox.Play("mkdir d", "true");
        foreach (string redirect in (string[])["../outside", "/../outside", "/../../../../../../../etc"])
        {
            Shell.Run(sandbox.Upper, $"mkdir -p e; setfattr -n trusted.overlay.redirect -v {redirect} e");
            RecordingSink layer = new();
            Exception? error = Record.Exception(() => sandbox.DiffUpper(sink: layer));
            Assert.True(error is null or LayerStoreException, error?.ToString());
            Assert.DoesNotContain(layer.Lines, line => line != "e/");
        }
    }

    [SkippableTheory]
    [InlineData("echo 22 > z")]
    [InlineData("printf 2 > z; touch -r a z")]
    [InlineData("rm z")]
    [InlineData("rm z; mkdir z")]
    [InlineData("rm z; mkfifo z")]
    [InlineData("ln -sfn /etc/passwd z")]
    [InlineData("cp z t; mv t z")]
    public void A_file_that_changes_after_it_was_listed_ends_the_pass(string change)
    {
        using TreePair trees = new();
        trees.Play("printf 1 > z", "printf 0 > a; cp a z");
        AssertAborts(trees, change);
    }

    [SkippableTheory]
    [InlineData("rm -r z")]
    [InlineData("rm -r z; ln -s /etc z")]
    [InlineData("rm -r z; touch z")]
    public void A_directory_that_is_gone_after_it_was_listed_ends_the_pass(string change)
    {
        using TreePair trees = new();
        trees.Play("true", "printf 0 > a; mkdir z; printf 1 > z/f");
        AssertAborts(trees, change);
    }

    [SkippableFact]
    public void A_file_that_gets_a_name_while_its_names_are_known_ends_the_pass()
    {
        using TreePair trees = new();
        trees.Play("true", "printf 0 > a; ln a b; printf 1 > z");
        AssertAborts(trees, "ln z zz");
    }

    private static void AssertAborts(TreePair trees, string change)
    {
        bool changed = false;
        RecordingSink sink = new()
        {
            Adding = entry =>
            {
                if (!changed && entry.Name == ByteString.FromText("a"))
                {
                    changed = true;
                    Shell.Run(trees.Newer, change);
                }
            },
        };
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => trees.Write(sink));
        Assert.True(changed);
        Assert.Equal(ErrorKind.Aborted, error.Kind);
        Assert.False(sink.IsFinished);
    }

    [SkippableTheory]
    [InlineData("older")]
    [InlineData("newer")]
    public void A_directory_moved_away_above_a_deep_walk_ends_it(string tree)
    {
        using TreePair trees = new();
        trees.Play(Deep(100), Deep(100, "touch('f')"));
        RecordingSink sink = new()
        {
            Adding = entry =>
            {
                // From the bottom the walk goes back up through directories that it has closed meanwhile.
                if (entry.Name.Span.EndsWith("/f"u8))
                {
                    Shell.Run(trees[tree], "mkdir other; mv d/d/d/d/d/d/d/d/d/d other/; mkdir -p d/d/d/d/d/d/d/d/d/d");
                }
            },
        };
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => trees.Write(sink));
        Assert.Equal(ErrorKind.Aborted, error.Kind);
        Assert.Contains("moved", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_tree_as_deep_as_a_path_can_say_is_walked_down_and_up_again()
    {
        using TreePair trees = new();
        trees.Play(Deep(2000), Deep(2000, "touch('f')\nfor i in range(2000): os.chdir('..'); touch('z')"));
        RecordingSink layer = new();
        trees.Write(layer);
        Assert.Equal(2000 + 1 + 2000, layer.Lines.Count);
        Assert.Equal(1, layer.Entries.Count(entry => entry.Name.Span.EndsWith("/f"u8)));
        Assert.Equal(1999, layer.Entries.Count(entry => entry.Name.Span.EndsWith("/z"u8)));
    }

    [SkippableFact]
    public void A_tree_deeper_than_a_path_can_say_is_refused()
    {
        using TreePair trees = new();
        trees.Play("true", Deep(2100));
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => trees.Write(new RecordingSink()));
        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains("its path has", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Many_files_cost_memory_by_the_directory_not_by_the_tree()
    {
        using TreePair trees = new();
        trees.Play("for d in {1..10}; do mkdir d$d; for f in {1..100}; do echo $f > d$d/f$f; done; done", "true");
        trees.Write(new RecordingSink());
        long before = GC.GetAllocatedBytesForCurrentThread();
        trees.Write(new RecordingSink());
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
        Assert.InRange(each, 1, 1024);
    }

    [SkippableFact]
    public void What_has_no_form_in_a_layer_is_refused_only_where_it_changed()
    {
        using TreePair trees = new();
        trees.Play("mkdir d .wh.d; mknod c c 0 0; touch .wh.f d/g", "rm d/g");
        RecordingSink layer = new();
        trees.Write(layer);
        Assert.Equal(["d/", "!d/g"], layer.Lines);
        foreach ((string change, string name) in ((string, string)[])[("touch .wh.d/f", ".wh.d"), ("rm -r .wh.d/f .wh.f; touch -r ../older/.wh.d .wh.d", ".wh.f"), ("touch -r ../older/.wh.f .wh.f; chmod 600 c", "c")])
        {
            Shell.Run(trees.Newer, change);
            LayerStoreException error = Assert.Throws<LayerStoreException>(() => trees.Write(new RecordingSink()));
            Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
            Assert.StartsWith($"{name} cannot be in a layer", error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void A_file_in_the_place_of_a_directory_to_compare_is_said()
    {
        using TreePair trees = new();
        Shell.Run(trees.Older, "touch f");
        foreach ((string lower, string upper) in ((string, string)[])[($"{trees.Older}/f", trees.Newer), (trees.Newer, $"{trees.Older}/f")])
        {
            LayerStoreException error = Assert.Throws<LayerStoreException>(() => LayerDiff.Write(lower, upper, Stream.Null));
            Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
            Assert.Contains("f is not a directory", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(ErrorKind.NotFound, Assert.ThrowsAny<LayerStoreException>(() => LayerDiff.Write(trees["no"], trees.Newer, Stream.Null)).Kind);
        Assert.Equal(ErrorKind.NotFound, Assert.ThrowsAny<LayerStoreException>(() => LayerDiff.Write(trees.Older, trees["no"], Stream.Null)).Kind);
    }

    /// <summary>A script that goes down, making directories in directories where there are none, and does something at the bottom.</summary>
    private static string Deep(int depth, string bottom = "pass") => $"""
        python3 -c "import os
        def touch(name): open(name, 'w').close()
        for i in range({depth}):
            if not os.path.isdir('d'): os.mkdir('d')
            os.chdir('d')
        {bottom}"
        """;
}
