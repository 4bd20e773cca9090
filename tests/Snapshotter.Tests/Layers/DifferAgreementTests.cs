using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers;

/// <summary>
/// The two differs find the same layer for the same changes. The one exception, by design: where a file below has several
/// names, the upper differ counts a copy of it as changed without asking whether the others live, and the walking one counts all parts of a group
/// that broke.
/// </summary>
public sealed class DifferAgreementTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Histories.Count)];

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public void Both_differs_find_the_same_layer(int seed)
    {
        using OverlaySandbox sandbox = new();
        RandomHistory history = new(seed);
        string lower = history.Script(60);
        string changes = history.Script(40);
        sandbox.Play(lower, changes);
        RecordingSink upper = sandbox.DiffUpper(ignoreRoot: false);
        RecordingSink trees = sandbox.DiffTrees(ignoreRoot: false);

        HashSet<string> difference = [.. upper.Lines];
        difference.SymmetricExceptWith(trees.Lines);
        difference.RemoveWhere(line => IsOfLinkGroupBelow(sandbox.Lower, line) || difference.Any(other => IsBelow(other, line) && IsOfLinkGroupBelow(sandbox.Lower, other)));
        Assert.True(difference.Count == 0, $"{string.Join('\n', difference)}\n--- lower\n{lower}\n--- changes\n{changes}\n--- upper differ\n{string.Join('\n', upper.Lines)}\n--- trees\n{string.Join('\n', trees.Lines)}");
        foreach (string line in upper.Lines.Intersect(trees.Lines).Where(line => line[0] != '!'))
        {
            int index = upper.Lines.IndexOf(line);
            int other = trees.Lines.IndexOf(line);
            Assert.Equal(upper.Entries.Count, upper.Lines.Count(l => l[0] != '!'));
            Assert.Equal(Describe(upper, index), Describe(trees, other));
        }
    }

    private static string Describe(RecordingSink sink, int line)
    {
        LayerStore.Tar.TarEntry entry = sink.Entries[sink.Lines.Take(line).Count(l => l[0] != '!')];
        return $"{entry with { Xattrs = [] }} {string.Join(' ', entry.Xattrs)} {(sink.Contents.TryGetValue(entry.Name.ToString(), out byte[]? bytes) ? Digest.Compute(bytes) : null)}";
    }

    private static bool IsBelow(string line, string directory) => directory.EndsWith('/') && line.StartsWith(directory, StringComparison.Ordinal);

    private static bool IsOfLinkGroupBelow(string lower, string line)
    {
        string path = line.Split(" => ")[0].Split(" -> ")[0];
        using RootDirectory root = RootDirectory.Open(lower);
        return TreeListing.Unescape(path) is var bytes && root.TryStat(bytes) is { Type: not FileType.Directory, LinkCount: > 1 };
    }
}
