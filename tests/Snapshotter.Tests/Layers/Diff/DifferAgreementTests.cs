using LayerStore;
using Snapshotter.Layers;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Diff;

/// <summary>
/// The two differs write the same bytes for the same changes, made through a real overlay mount. In the one case that
/// docs/decisions/0006 names they write different entries, which lead to the same tree.
/// </summary>
public sealed class DifferAgreementTests
{
    private static readonly string[] Referring = ["metacopy=on", "redirect_dir=on"];

    /// <summary>Half of the histories each for a mount with default options and for one that leaves data and directories below.</summary>
    public static TheoryData<int, bool> Seeds()
    {
        TheoryData<int, bool> seeds = [];
        for (int seed = 0; seed < Histories.Count; seed++)
        {
            seeds.Add(seed, seed % 2 == 1);
        }

        return seeds;
    }

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public void Both_differs_write_the_same_bytes(int seed, bool referring)
    {
        RandomHistory history = new(seed);
        AssertAgreement(referring, history.Script(60), history.Script(40));
    }

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public void Both_differs_write_the_same_bytes_for_files_with_several_names(int seed, bool referring)
    {
        LinkHistory history = new(seed);
        AssertAgreement(referring, history.Lower(), history.Changes());
    }

    private static void AssertAgreement(bool referring, string lower, string changes)
    {
        using OverlaySandbox sandbox = new() { Options = referring ? Referring : ["metacopy=off", "redirect_dir=nofollow"] };
        sandbox.Play(lower, changes);
        byte[] upper = OverlaySandbox.TarOf(sink => sandbox.DiffUpper(ignoreRoot: false, sink));
        byte[] trees = OverlaySandbox.TarOf(sink => sandbox.DiffTrees(ignoreRoot: false, sink));
        string what = $"--- lower\n{lower}\n--- changes\n{changes}";
        if (!upper.SequenceEqual(trees))
        {
            Assert.True(
                HasUnchangedCopyBesideItsOrigin(sandbox),
                $"{what}\n--- upper differ\n{string.Join('\n', sandbox.DiffUpper(ignoreRoot: false).Lines)}"
                + $"\n--- trees\n{string.Join('\n', sandbox.DiffTrees(ignoreRoot: false).Lines)}");
            AssertLeadsToTheSameTree(sandbox, trees, what);
        }

        AssertLeadsToTheSameTree(sandbox, upper, what);
    }

    private static void AssertLeadsToTheSameTree(OverlaySandbox sandbox, byte[] layer, string what)
    {
        string target = sandbox["applied"];
        LayerApply.ToOverlay(new MemoryStream(layer), target, [sandbox.Lower]);
        using (StackView view = StackView.Open([target, sandbox.Lower], "trusted"))
        {
            Assert.True(TreeListing.Of(sandbox.Merged).Skip(1).SequenceEqual(TreeListing.Of(view.Root).Skip(1)), what);
        }

        Shell.Run("/", $"rm -rf {target}");
    }

    /// <summary>
    /// Whether a file below has several names, one of which was copied up and is as it was, while another was left alone: which of
    /// the two keeps the file, plain trees do not say.
    /// </summary>
    private static bool HasUnchangedCopyBesideItsOrigin(OverlaySandbox sandbox)
    {
        using RootDirectory lower = RootDirectory.Open(sandbox.Lower);
        using RootDirectory upper = RootDirectory.Open(sandbox.Upper);
        using RootDirectory merged = RootDirectory.Open(sandbox.Merged);
        return LinkGroups.Scan(new TreeDirectory(lower.OpenSelf()), CancellationToken.None).All.Any(group =>
        {
            ILookup<bool, ByteString> unchanged = group.Names
                .Where(name => merged.TryStatReal(name) is { } now && FileDescription.MayHaveSameMetadata(now, lower.TryStatReal(name)!.Value))
                .ToLookup(name => upper.TryStatReal(name) is not null);
            return unchanged[true].Any() && unchanged[false].Any();
        });
    }
}
