using System.Text;
using LayerStore;

namespace Snapshotter.Tests.Layers;

/// <summary>Uppers that were written with <c>redirect_dir=on</c> or <c>metacopy=on</c>, and are nothing without what is below.</summary>
public sealed class ReferringUpperTests
{
    [SkippableFact]
    public void A_renamed_directory_is_written_in_full_under_its_new_name()
    {
        using OverlaySandbox sandbox = new() { Options = ["redirect_dir=on"] };
        sandbox.Play("mkdir -p a/b; echo x > a/f; echo y > a/b/g; touch other", "mv a z; echo w > z/b/h");
        string[] expected = ["!a", "z/", "z/b/", "z/b/g", "z/b/h", "z/f"];
        RecordingSink layer = sandbox.DiffUpper();
        Assert.Equal(expected, layer.Lines);
        Assert.Equal("y\n", Encoding.ASCII.GetString(layer.Contents["z/b/g"]));
        Assert.Equal(expected, sandbox.DiffTrees().Lines);
    }

    [SkippableFact]
    public void A_directory_renamed_over_another_ones_old_place_is_compared_with_what_was_there()
    {
        using OverlaySandbox sandbox = new() { Options = ["redirect_dir=on"] };
        sandbox.Play("mkdir a b; echo x > a/f; echo y > b/g", "mv a t; mv b a; mv t b");
        Assert.Equal(["a/", "!a/f", "a/g", "b/", "!b/g", "b/f"], sandbox.DiffUpper().Lines);
    }

    [SkippableFact]
    public void A_file_without_its_data_is_read_through_the_mount()
    {
        using OverlaySandbox sandbox = new() { Options = ["metacopy=on", "redirect_dir=on"] };
        sandbox.Play("echo content > f; echo other > g", "chmod 600 f");
        RecordingSink layer = sandbox.DiffUpper();
        Assert.Equal(["f"], layer.Lines);
        Assert.Equal("content\n", Encoding.ASCII.GetString(layer.Contents["f"]));
        Assert.Equal(0x180u, layer["f"].Mode);
    }

    [SkippableFact]
    public void A_link_group_that_reaches_out_of_a_renamed_directory_stays_one()
    {
        using OverlaySandbox sandbox = new() { Options = ["redirect_dir=on"] };
        sandbox.Play("mkdir d e; echo x > d/f; ln d/f e/f", "mv d z");
        Assert.Equal(["!d", "e/", "e/f", "z/", "z/f => e/f"], sandbox.DiffUpper().Lines);
    }

    [SkippableFact]
    public void A_directory_renamed_into_a_new_one_is_written_in_full()
    {
        using OverlaySandbox sandbox = new() { Options = ["metacopy=on", "redirect_dir=on"] };
        sandbox.Play("mkdir -p a/b; echo x > a/b/f; echo y > a/b/g", "mkdir new; mv a/b new/c; chmod 600 new/c/g; rm new/c/f; touch new/c/h");
        string[] expected = ["a/", "!a/b", "new/", "new/c/", "new/c/g", "new/c/h"];
        RecordingSink layer = sandbox.DiffUpper();
        Assert.Equal(expected, layer.Lines);
        Assert.Equal("y\n", Encoding.ASCII.GetString(layer.Contents["new/c/g"]));
        Assert.Equal(expected, sandbox.DiffTrees().Lines);
    }

    [SkippableFact]
    public void The_cost_follows_the_change_also_where_the_upper_refers_to_what_is_below()
    {
        // Whoever walks the image meets a path that no layer can hold.
        using OverlaySandbox sandbox = new() { Options = ["metacopy=on", "redirect_dir=on"] };
        sandbox.Play(
            "mkdir a; echo x > a/f; echo y > g; mkdir deep; cd deep; n=$(printf 'n%.0s' {1..200}); for i in {1..22}; do mkdir $n; cd $n; done",
            "mv a z; chmod 600 g");
        Assert.Equal(["!a", "g", "z/", "z/f"], sandbox.DiffUpper().Lines);
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => sandbox.DiffTrees());
        Assert.Contains("its path has", error.Message, StringComparison.Ordinal);
    }
}
