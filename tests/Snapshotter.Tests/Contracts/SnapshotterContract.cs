using System.Text;
using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Contracts;

/// <summary>
/// What every <see cref="ISnapshotter"/> must do; a driver's suite is a subclass that opens it. This half is about the
/// records, the other one about files. It covers what containerd's <c>snapshots/testsuite</c> does, and more.
/// </summary>
public abstract partial class SnapshotterContract : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<IDisposable> _opened = [];
    private ISnapshotter? _snapshotter;
    private int _mounts;

    /// <summary>The snapshotter under test, with a new store.</summary>
    protected ISnapshotter Snapshots => _snapshotter ??= Reopen();

    /// <summary>Opens the driver on a store.</summary>
    protected abstract ISnapshotter Open(StoreLayout layout, SnapshotterOptions options);

    public void Dispose()
    {
        _opened.ForEach(o => o.Dispose());
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another snapshotter on the same store.</summary>
    private ISnapshotter Reopen(string owner = "cli", TimeProvider? clock = null)
    {
        Tools.RequireRoot();
        StoreLayout layout = StoreLayout.OpenOrCreate(_directory["store"], UserNamespace.Current.IsInitial ? XattrNamespace.Trusted : XattrNamespace.User);
        ISnapshotter snapshotter = Open(layout, new SnapshotterOptions { Owner = owner, Clock = clock ?? TimeProvider.System });
        if (snapshotter is IDisposable disposable)
        {
            _opened.Add(disposable);
        }

        return snapshotter;
    }

    private MountedSnapshot MountAt(IReadOnlyList<Mount> mounts) => new(mounts, _directory[$"mnt{Interlocked.Increment(ref _mounts)}"]);

    private async Task<MountedSnapshot> MountAsync(string key) => MountAt(await Snapshots.MountsAsync(key));

    /// <summary>Prepares, changes and commits.</summary>
    private async Task CommitAsync(string name, string? parent, Action<MountedSnapshot>? change = null)
    {
        using (MountedSnapshot mounted = MountAt(await Snapshots.PrepareAsync(name + "-active", parent)))
        {
            change?.Invoke(mounted);
        }

        await Snapshots.CommitAsync(name, name + "-active");
    }

    private static async Task FailsAsync(ErrorKind kind, Func<Task> action, string? message = null)
    {
        LayerStoreException error = await Assert.ThrowsAnyAsync<LayerStoreException>(action);
        Assert.Equal(kind, error.Kind);
        if (message is not null)
        {
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<List<string>> NamesAsync(ISnapshotter snapshotter, params string[] filters)
    {
        List<string> names = [];
        await foreach (SnapshotInfo snapshot in snapshotter.ListAsync(SnapshotFilter.Parse(filters)))
        {
            names.Add(snapshot.Name);
        }

        return names;
    }

    [SkippableFact]
    public async Task A_prepared_snapshot_is_active_until_it_is_committed_under_a_name()
    {
        Assert.NotEmpty(await Snapshots.PrepareAsync("key", null));
        SnapshotInfo active = (await Snapshots.StatAsync("key"))!;
        Assert.Equal(("key", SnapshotKind.Active, (string?)null), (active.Name, active.Kind, active.Parent));

        await Snapshots.CommitAsync("name", "key");
        Assert.Null(await Snapshots.StatAsync("key"));
        SnapshotInfo committed = (await Snapshots.StatAsync("name"))!;
        Assert.Equal(("name", SnapshotKind.Committed, (string?)null), (committed.Name, committed.Kind, committed.Parent));
    }

    [SkippableFact]
    public async Task Parents_are_those_that_were_given()
    {
        await CommitAsync("a", null);
        await CommitAsync("b", "a");
        await Snapshots.PrepareAsync("c", "b");
        await Snapshots.ViewAsync("d", "b");
        Assert.Null((await Snapshots.StatAsync("a"))!.Parent);
        Assert.Equal("a", (await Snapshots.StatAsync("b"))!.Parent);
        Assert.Equal(("b", SnapshotKind.Active), ((await Snapshots.StatAsync("c"))!.Parent, (await Snapshots.StatAsync("c"))!.Kind));
        Assert.Equal(("b", SnapshotKind.View), ((await Snapshots.StatAsync("d"))!.Parent, (await Snapshots.StatAsync("d"))!.Kind));
    }

    [SkippableFact]
    public async Task A_taken_key_is_refused()
    {
        await CommitAsync("base", null);
        await Snapshots.PrepareAsync("active", "base");
        await Snapshots.ViewAsync("view", "base");
        foreach (string taken in new[] { "base", "active", "view" })
        {
            await FailsAsync(ErrorKind.AlreadyExists, () => Snapshots.PrepareAsync(taken, "base"));
            await FailsAsync(ErrorKind.AlreadyExists, () => Snapshots.ViewAsync(taken, "base"));
            await FailsAsync(ErrorKind.AlreadyExists, () => Snapshots.CommitAsync(taken, "active"));
        }
    }

    [SkippableFact]
    public async Task A_missing_key_or_parent_is_NotFound()
    {
        await Snapshots.PrepareAsync("active", null);
        Assert.Null(await Snapshots.StatAsync("missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.MountsAsync("missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.UsageAsync("missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.SetLabelsAsync("missing", new Dictionary<string, string?>()));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.CommitAsync("name", "missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.RemoveAsync("missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.PrepareAsync("key", "missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.ViewAsync("key", "missing"));
        await FailsAsync(ErrorKind.NotFound, () => Snapshots.CommitAsync("name", "active", parent: "missing"));
    }

    [SkippableFact]
    public async Task Only_a_committed_snapshot_is_a_parent()
    {
        await CommitAsync("base", null);
        await Snapshots.PrepareAsync("active", "base");
        await Snapshots.ViewAsync("view", "base");
        foreach (string parent in new[] { "active", "view" })
        {
            await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PrepareAsync("key", parent));
            await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.ViewAsync("key", parent));
        }
    }

    [SkippableFact]
    public async Task A_kind_allows_only_what_it_is_for()
    {
        await CommitAsync("base", null);
        await Snapshots.ViewAsync("view", "base");
        await FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.CommitAsync("name", "view"));
        await FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.CommitAsync("name", "base"));
        await FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.MountsAsync("base"));
        Assert.Null(await Snapshots.StatAsync("name"));
    }

    [SkippableFact]
    public async Task A_snapshot_with_children_is_not_removed()
    {
        await CommitAsync("base", null);
        await CommitAsync("middle", "base");
        await Snapshots.PrepareAsync("top", "middle");
        await FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.RemoveAsync("middle"), "cannot remove");
        await FailsAsync(ErrorKind.FailedPrecondition, () => Snapshots.RemoveAsync("base"), "cannot remove");
        foreach (string key in new[] { "top", "middle", "base" })
        {
            await Snapshots.RemoveAsync(key);
            Assert.Null(await Snapshots.StatAsync(key));
        }
    }

    [SkippableFact]
    public async Task A_removed_key_can_be_used_again()
    {
        await Snapshots.PrepareAsync("key", null);
        await Snapshots.RemoveAsync("key");
        await Snapshots.PrepareAsync("key", null);
        await Snapshots.CommitAsync("name", "key");
        await Snapshots.ViewAsync("key", "name");
        Assert.Equal(SnapshotKind.View, (await Snapshots.StatAsync("key"))!.Kind);
    }

    [SkippableFact]
    public async Task A_failed_commit_leaves_the_active_snapshot_usable()
    {
        await CommitAsync("taken", null);
        using (MountedSnapshot mounted = MountAt(await Snapshots.PrepareAsync("key", "taken")))
        {
            File.WriteAllText(mounted["file"], "kept");
        }

        SnapshotInfo before = (await Snapshots.StatAsync("key"))!;
        await FailsAsync(ErrorKind.AlreadyExists, () => Snapshots.CommitAsync("taken", "key"));
        Assert.Equivalent(before, await Snapshots.StatAsync("key"), strict: true);
        using (MountedSnapshot mounted = await MountAsync("key"))
        {
            Assert.Equal("kept", File.ReadAllText(mounted["file"]));
        }

        await Snapshots.CommitAsync("free", "key");
    }

    [SkippableFact]
    public async Task Labels_are_changed_one_by_one_and_replaced_at_commit()
    {
        await Snapshots.PrepareAsync("key", null, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2", ["ä \n"] = "\u0001ö" });
        SnapshotInfo before = (await Snapshots.StatAsync("key"))!;
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2", ["ä \n"] = "\u0001ö" }, before.Labels);

        SnapshotInfo after = await Snapshots.SetLabelsAsync("key", new Dictionary<string, string?> { ["a"] = "3", ["b"] = "", ["c"] = "4", ["ä \n"] = null });
        Assert.Equal(new Dictionary<string, string> { ["a"] = "3", ["c"] = "4" }, after.Labels);
        Assert.Equal(before.CreatedAt, after.CreatedAt);
        Assert.True(after.UpdatedAt > before.UpdatedAt);
        Assert.Equivalent(after, await Snapshots.StatAsync("key"), strict: true);

        await Snapshots.CommitAsync("name", "key", new Dictionary<string, string> { ["d"] = "5" });
        Assert.Equal(new Dictionary<string, string> { ["d"] = "5" }, (await Snapshots.StatAsync("name"))!.Labels);
        await Snapshots.SetLabelsAsync("name", new Dictionary<string, string?> { ["e"] = "6" });
        Assert.Equal(["d", "e"], (await Snapshots.StatAsync("name"))!.Labels.Keys.Order());
    }

    [SkippableFact]
    public async Task All_labels_are_replaced_at_once()
    {
        await Snapshots.PrepareAsync("key", null, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        SnapshotInfo after = await Snapshots.SetLabelsAsync("key", new Dictionary<string, string?> { ["b"] = "3", ["c"] = "" }, replace: true);
        Assert.Equal(new Dictionary<string, string> { ["b"] = "3" }, after.Labels);
        Assert.Equivalent(after, await Snapshots.StatAsync("key"), strict: true);
        Assert.Empty((await Snapshots.SetLabelsAsync("key", new Dictionary<string, string?>(), replace: true)).Labels);
    }

    [SkippableFact]
    public async Task Times_come_from_the_clock_and_come_back_exactly()
    {
        DateTimeOffset time = new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(5)).AddTicks(1234567);
        SettableClock clock = new(time);
        ISnapshotter snapshots = Reopen("cli", clock);
        await snapshots.PrepareAsync("key", null);
        SnapshotInfo info = (await snapshots.StatAsync("key"))!;
        Assert.Equal((time, time, TimeSpan.Zero), (info.CreatedAt, info.UpdatedAt, info.CreatedAt.Offset));

        clock.Now = time.AddTicks(1);
        Assert.Equal((time, time.AddTicks(1)), Times(await snapshots.SetLabelsAsync("key", new Dictionary<string, string?> { ["a"] = "b" })));
        clock.Now = time.AddTicks(2);
        await snapshots.CommitAsync("name", "key");
        Assert.Equal((time.AddTicks(2), time.AddTicks(2)), Times((await snapshots.StatAsync("name"))!));

        static (DateTimeOffset Created, DateTimeOffset Updated) Times(SnapshotInfo info) => (info.CreatedAt, info.UpdatedAt);
    }

    [SkippableFact]
    public async Task All_are_listed_by_name_and_filters_choose()
    {
        await CommitAsync("c1", null);
        await CommitAsync("c2", "c1");
        await Snapshots.PrepareAsync("a1", "c2", new Dictionary<string, string> { ["color"] = "red" });
        await Snapshots.PrepareAsync("a2", null, new Dictionary<string, string> { ["color"] = "blue", ["x.y/z"] = "sha256:1" });
        await Snapshots.ViewAsync("v1", "c2");

        Assert.Equal(["a1", "a2", "c1", "c2", "v1"], await NamesAsync(Snapshots));
        Assert.Equal(["c1", "c2"], await NamesAsync(Snapshots, "kind==committed"));
        Assert.Equal(["a1", "v1"], await NamesAsync(Snapshots, "parent==c2"));
        Assert.Equal(["a1", "c1"], await NamesAsync(Snapshots, "labels.color==red", "name==c1"));
        Assert.Equal(["a2"], await NamesAsync(Snapshots, "labels.\"x.y/z\"==sha256:1,parent==\"\""));
    }

    [SkippableFact]
    public async Task Other_calls_are_allowed_while_a_list_is_read()
    {
        for (int i = 0; i < 230; i++)
        {
            await Snapshots.PrepareAsync($"key-{i:d3}", null);
        }

        List<string> seen = [];
        await foreach (SnapshotInfo snapshot in Snapshots.ListAsync())
        {
            Assert.Equivalent(snapshot, await Snapshots.StatAsync(snapshot.Name), strict: true);
            await Snapshots.RemoveAsync(snapshot.Name);
            seen.Add(snapshot.Name);
        }

        Assert.Equal(Enumerable.Range(0, 230).Select(i => $"key-{i:d3}"), seen);
        Assert.Empty(await NamesAsync(Snapshots));
    }

    [SkippableFact]
    public async Task Keys_are_any_text_and_come_back_as_given()
    {
        string[] keys = ["a b", "/absolute/path", "../..", ".", "%00", "ns/1/extract-123-ab sha256:" + new string('0', 64), "ключ", "\U0001F433", " ", "A", "a", "'\"\\", new string('k', 4095)];
        foreach (string key in keys)
        {
            await Snapshots.PrepareAsync(key, null);
            Assert.Equal(key, (await Snapshots.StatAsync(key))!.Name);
            await Snapshots.CommitAsync(key + "!", key);
        }

        Assert.Equal(keys.Select(k => k + "!").Order(Utf8Order), await NamesAsync(Snapshots));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("lone surrogate")]
    public async Task A_malformed_key_is_refused(string key)
    {
        // An attribute cannot hold one.
        key = key.Replace("lone surrogate", "\ud83d", StringComparison.Ordinal);
        await Snapshots.PrepareAsync("active", null);
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PrepareAsync(key, null));
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.ViewAsync(key, null));
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.CommitAsync(key, "active"));
        await FailsAsync(ErrorKind.InvalidArgument, () => Snapshots.PrepareAsync("key", key));
    }

    [SkippableFact]
    public async Task An_owner_sees_only_its_own()
    {
        ISnapshotter other = Reopen("other");
        await CommitAsync("name", null);
        await other.PrepareAsync("name", null);
        Assert.Equal(SnapshotKind.Active, (await other.StatAsync("name"))!.Kind);
        await FailsAsync(ErrorKind.InvalidArgument, () => other.PrepareAsync("key", "name"));
        await other.RemoveAsync("name");
        Assert.Empty(await NamesAsync(other));
        Assert.Equal(["name"], await NamesAsync(Snapshots));
        await FailsAsync(ErrorKind.NotFound, () => other.PrepareAsync("key", "name"));
    }

    [SkippableFact]
    public async Task Records_and_mounts_stay_the_same_after_a_new_opening_and_a_cleanup()
    {
        await CommitAsync("base", null, m => File.WriteAllText(m["file"], "content"));
        IReadOnlyList<Mount> active = await Snapshots.PrepareAsync("active", "base");
        IReadOnlyList<Mount> view = await Snapshots.ViewAsync("view", "base");
        IReadOnlyList<Mount> bare = await Snapshots.PrepareAsync("bare", null);
        SnapshotInfo info = (await Snapshots.StatAsync("active"))!;
        ((IDisposable)Snapshots).Dispose();

        _snapshotter = Reopen();
        await Snapshots.CleanupAsync();
        Assert.Equivalent(active, await Snapshots.MountsAsync("active"), strict: true);
        Assert.Equivalent(view, await Snapshots.MountsAsync("view"), strict: true);
        Assert.Equivalent(bare, await Snapshots.MountsAsync("bare"), strict: true);
        Assert.Equivalent(info, await Snapshots.StatAsync("active"), strict: true);
        using MountedSnapshot mounted = await MountAsync("active");
        Assert.Equal("content", File.ReadAllText(mounted["file"]));
    }

    [SkippableFact]
    public void Closing_twice_does_nothing()
    {
        IDisposable closed = Assert.IsAssignableFrom<IDisposable>(Snapshots);
        closed.Dispose();
        closed.Dispose();
    }

    private static IComparer<string> Utf8Order { get; } =
        Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

    private sealed class SettableClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
