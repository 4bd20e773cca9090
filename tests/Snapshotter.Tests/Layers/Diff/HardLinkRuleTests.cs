namespace Snapshotter.Tests.Layers.Diff;

/// <summary>What becomes of files with several names (docs/decisions/0006), in plain trees and in an upper.</summary>
public sealed class HardLinkRuleTests
{
    private const string ThreeNames = "echo 1 > a; ln a b; ln a c; touch -d @5 a";

    private static void AssertTrees(string older, string changes, params string[] expected)
    {
        using TreePair trees = new();
        Assert.Equal(expected, trees.Play(older, changes).Diff().Lines);
    }

    private static void AssertUpper(string lower, string changes, params string[] expected)
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play(lower, changes);
        Assert.Equal(expected, sandbox.DiffUpper().Lines);
    }

    private static void AssertBoth(string lower, string changes, params string[] expected)
    {
        AssertTrees(lower, changes, expected);
        AssertUpper(lower, changes, expected);
    }

    [SkippableFact]
    public void A_name_that_is_gone_takes_only_itself_away() => AssertBoth(ThreeNames, "rm b", "!b");

    [SkippableFact]
    public void A_further_name_brings_the_whole_group() => AssertTrees(ThreeNames, "ln a d", "a", "b => a", "c => a", "d => a");

    [SkippableFact]
    public void A_further_name_in_an_upper_tears_the_group_apart() => AssertUpper(ThreeNames, "ln b d", "b", "d => b");

    [SkippableFact]
    public void A_name_that_moved_brings_the_whole_group() => AssertTrees(ThreeNames, "mv a z", "!a", "b", "c => b", "z => b");

    [SkippableFact]
    public void A_changed_file_is_written_under_each_name() => AssertTrees(ThreeNames, "echo 2 > a", "a", "b => a", "c => a");

    [SkippableFact]
    public void A_changed_name_that_broke_away_leaves_the_others_alone() => AssertBoth(ThreeNames, "cp -p b t; echo 2 > t; mv t b", "b");

    [SkippableFact]
    public void Of_files_that_were_one_and_are_alike_the_first_stays() =>
        AssertTrees(ThreeNames, "for f in a b c; do cp -p $f t; mv t $f; done", "b", "c");

    [SkippableFact]
    public void Of_files_that_were_one_and_are_alike_the_first_stays_in_an_upper_too() =>
        AssertUpper(ThreeNames, "for f in a b c; do chown --reference=$f $f; done", "b", "c");

    [SkippableFact]
    public void A_copy_is_written_while_its_origin_lives_on_below() =>
        AssertUpper(ThreeNames, "chown --reference=a a", "a");

    [SkippableFact]
    public void A_copy_is_left_out_when_its_origin_shows_nowhere() =>
        AssertBoth(ThreeNames, "rm b c; chown --reference=a a", "!b", "!c");

    [SkippableFact]
    public void A_copy_is_left_out_when_its_origin_is_hidden_with_a_directory() =>
        AssertBoth("mkdir -p d/e; echo 1 > d/e/x; ln d/e/x f; touch -d @5 f", "rm -r d; chown --reference=f f", "!d");

    [SkippableFact]
    public void Two_groups_that_exchange_their_files_are_written_both() =>
        AssertTrees(
            "echo 1 > a; ln a b; echo 2 > x; ln x y; touch -d @5 a x", "mv a t; mv x a; mv t x",
            "a", "b", "x => b", "y => a");

    [SkippableFact]
    public void Two_files_that_became_one_are_written_as_one() =>
        AssertBoth("echo 1 > a; cp -p a b", "ln -f a b", "a", "b => a");

    [SkippableFact]
    public void One_file_that_became_two_is_written_once() =>
        AssertTrees("echo 1 > a; ln a b", "cp -p b t; mv t b", "b");

    [SkippableFact]
    public void A_group_in_another_place_of_the_tree_is_found() =>
        AssertBoth(
            "mkdir -p d/e f; echo 1 > d/e/x; ln d/e/x f/x; echo 2 > z", "echo 3 > z; touch -d @5 d/e/y",
            "d/", "d/e/", "d/e/y", "z");

    [SkippableFact]
    public void Names_outside_of_both_trees_do_not_count()
    {
        using TreePair trees = new();
        trees.Play("echo 1 > a; echo 2 > b", "true");
        Shell.Run(trees.Older, $"ln a '{trees["older-a"]}'; ln b '{trees["older-b"]}'");
        Shell.Run(trees.Newer, $"ln a '{trees["newer-a"]}'");
        Assert.Empty(trees.Diff().Lines);
    }

    [SkippableFact]
    public void Many_names_of_one_file_that_were_all_torn_apart_are_looked_for_once()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("echo 1 > f0; for i in {1..300}; do ln f0 f$i; done", "chown --reference=f0 *; ln -f f1 f2; rm f3");
        Assert.Equal(300, sandbox.DiffUpper().Lines.Count);
    }

    [SkippableFact]
    public void An_upper_with_an_index_is_refused_where_names_that_it_does_not_list_changed()
    {
        using OverlaySandbox sandbox = new() { Options = ["index=on"] };
        sandbox.Play("echo 1 > a; ln a b", "echo 2 > a; touch f");
        Assert.Equal("2\n", Shell.Run(sandbox.Merged, "cat b"));
        LayerStore.LayerStoreException error = Assert.Throws<LayerStore.LayerStoreException>(() => sandbox.DiffUpper());
        Assert.Equal(LayerStore.ErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains("index=off", error.Hint, StringComparison.Ordinal);
    }
}
