using LayerStore;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Snapshots;

/// <summary>containerd's filter language, one line a case.</summary>
public sealed class SnapshotFilterTests
{
    private static readonly SnapshotInfo s_snapshot = new(
        "ns/1/extract-7 sha256:abc",
        SnapshotKind.Active,
        "sha256:def",
        DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch,
        new Dictionary<string, string> { ["color"] = "red", ["a.b/c"] = "x, y", ["containerd.io/snapshot.ref"] = "sha256:abc", ["path"] = "/a" });

    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("name", true)]
    [InlineData("kind==active", true)]
    [InlineData("kind==Active", false)]
    [InlineData("kind==view", false)]
    [InlineData("kind!=view", true)]
    [InlineData("name==\"ns/1/extract-7 sha256:abc\"", true)]
    [InlineData("name~=^ns/1/", true)]
    [InlineData("name~=/extract-[0-9]+ sha256/", true)]
    [InlineData("name~=|/extract-\\d+|", true)]
    [InlineData("name~=^x", false)]
    [InlineData("parent==sha256:def", true)]
    [InlineData("parent==\"\"", false)]
    [InlineData("parent!=\"\"", true)]
    [InlineData("labels.color", true)]
    [InlineData("labels.size", false)]
    [InlineData("labels", false)]
    [InlineData("labels.color==red", true)]
    [InlineData("labels.color == red , kind == active", true)]
    [InlineData("labels.color==red,kind==view", false)]
    [InlineData("labels.color!=red", false)]
    [InlineData("labels.size!=red", true)]
    [InlineData("labels.size==\"\"", false)]
    [InlineData("labels.size~=^$", true)]
    [InlineData("labels.\"a.b/c\"==\"x, y\"", true)]
    [InlineData("labels.\"a.b/c\"==\"\\x78\\u002c \\171\"", null)]
    [InlineData("labels.\"a.b/c\"==\"\\x78\\u002c y\"", true)]
    [InlineData("labels.a.\"b/c\"==\"x, y\"", true)]
    [InlineData("labels.path==/a", true)]
    [InlineData("labels.\"containerd.io/snapshot.ref\"==sha256:abc,parent==\"sha256:def\"", true)]
    [InlineData("labels.\"containerd.io/snapshot.ref\"==sha256:abc,parent==\"\"", false)]
    [InlineData("unknown", false)]
    [InlineData("unknown!=x", false)]
    [InlineData("unknown~=.*", false)]
    [InlineData("name=x", null)]
    [InlineData("name=", null)]
    [InlineData("name==", null)]
    [InlineData("name== ", null)]
    [InlineData("name==a b", null)]
    [InlineData("name==a,", null)]
    [InlineData(",", null)]
    [InlineData("==a", null)]
    [InlineData("name.", null)]
    [InlineData("labels.\"a", null)]
    [InlineData("labels.\"a\nb\"", null)]
    [InlineData("name==\"\\q\"", null)]
    [InlineData("name==\"\\x4\"", null)]
    [InlineData("name==\"\\ud800\"", null)]
    [InlineData("name==\"\\", null)]
    [InlineData("name~=(", null)]
    [InlineData("name~=(?=a)", null)]
    [InlineData("name~=(a)\\1", null)]
    public void A_filter_matches_or_not_or_is_refused(string filter, bool? expected)
    {
        if (expected is null)
        {
            LayerStoreException error = Assert.Throws<LayerStoreException>(() => SnapshotFilter.Parse(filter));
            Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
            Assert.NotNull(error.Hint);
        }
        else
        {
            Assert.Equal(expected, SnapshotFilter.Parse(filter).Matches(s_snapshot));
        }
    }

    [Fact]
    public void Of_several_filters_one_is_enough_and_none_lets_all_through()
    {
        Assert.True(SnapshotFilter.Parse().Matches(s_snapshot));
        Assert.True(SnapshotFilter.Parse("kind==view", "labels.color==red").Matches(s_snapshot));
        Assert.False(SnapshotFilter.Parse("kind==view", "labels.color==blue").Matches(s_snapshot));
    }

    [Fact]
    public void A_base_has_an_empty_parent() =>
        Assert.True(SnapshotFilter.Parse("parent==\"\"").Matches(s_snapshot with { Parent = null }));

    [Fact]
    public void An_expression_that_would_backtrack_for_ever_ends() =>
        Assert.False(SnapshotFilter.Parse("name~=^(a+)+$").Matches(s_snapshot with { Name = new string('a', 5000) + "!" }));
}
