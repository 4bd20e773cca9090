using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Tests.Snapshots;

/// <summary>Prepare waits for its record alone: what a power cut takes of the empty directories is made again.</summary>
public sealed class UnsyncedSnapshotTests : IDisposable
{
    private readonly OverlayStore _store = new();

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task What_the_disk_lacks_of_new_snapshots_is_made_again_and_what_is_there_stays()
    {
        Tools.Require("sqlite3", "setfattr", "getfattr");
        string chain = await _store.PublishAsync(("a", "#root\nchmod 750 .; chown 7:8 .; setfattr -n user.root -v x .; touch -d @1000 ."));
        using (OverlaySnapshotter daemon = _store.Reopen())
        {
            foreach (string key in (string[])["lost", "cut short", "written"])
            {
                await daemon.PrepareAsync(key, chain);
            }

            await daemon.PrepareAsync("base", null);
            await daemon.ViewAsync("view", chain);
            await daemon.PrepareAsync("empty key", chain);
            await daemon.CommitAsync("empty", "empty key");
            await daemon.PrepareAsync("above", "empty");
            IReadOnlyList<Mount> before = await daemon.MountsAsync("lost");
            string[] tops = [await UpperAsync(daemon, "lost"), await UpperAsync(daemon, "base"), await UpperAsync(daemon, "cut short"), await UpperAsync(daemon, "written"), await UpperAsync(daemon, "above"), (await daemon.StackAsync("above")).Lowers[0]];
            string view = (await daemon.StackAsync("view")).Lowers[0];

            // The power goes: the rows are there, whoever wrote them is not, and the directories are what the disk had by then.
            Sql("UPDATE trees SET writer = 'writer-0' WHERE writer IS NOT NULL");
            ProcessRunner.Script("rmdir \"$@\"", tops[0], tops[1], tops[4], tops[5], view, _store.Layout.Work(long.Parse(Path.GetFileName(tops[0]))));
            ProcessRunner.Script("chmod 1700 \"$1\"; chown 0:0 \"$1\"; setfattr -x user.root \"$1\"", tops[2]);
            ProcessRunner.Script("chmod 711 \"$1\"; echo x > \"$1/file\"", tops[3]);

            using OverlaySnapshotter next = _store.Reopen();
            Assert.Equal("0", Sql("SELECT count(*) FROM trees WHERE writer IS NOT NULL"));
            foreach (string top in (string[])[tops[0], tops[2], tops[4], tops[5], view])
            {
                Assert.Equal("750 7 8 1000", ProcessRunner.Script("stat -c '%a %u %g %Y' \"$1\"", top).Output.Trim());
                Assert.Equal("x", ProcessRunner.Script("getfattr --only-values -n user.root \"$1\" 2> /dev/null", top).Output.Trim());
            }

            Assert.Equal("755 0 0 0", ProcessRunner.Script("stat -c '%a %u %g %Y' \"$1\"", tops[1]).Output.Trim());
            Assert.Equal("711", ProcessRunner.Script("stat -c %a \"$1\"", tops[3]).Output.Trim());
            Assert.True(File.Exists(tops[3] + "/file"), "WHAT A CONTAINER WROTE WAS LOST!");
            Assert.Equal(before, await next.MountsAsync("lost"), (a, b) => a.Options.SequenceEqual(b.Options));
            foreach (string key in (string[])["lost", "base", "cut short", "written", "view", "above"])
            {
                _store.Mount(await next.MountsAsync(key)).Dispose();
            }
        }
    }

    [SkippableFact]
    public async Task A_record_says_that_nobody_waited_until_somebody_has()
    {
        Tools.Require("sqlite3");
        using (OverlaySnapshotter daemon = _store.Reopen())
        {
            foreach (string key in (string[])["stays", "goes", "empty", "written", "came and went"])
            {
                await daemon.PrepareAsync(key, null);
            }

            Assert.Equal("5", Unsynced());
            await daemon.RemoveAsync("goes");
            File.WriteAllText(await UpperAsync(daemon, "written") + "/file", "x");
            Directory.CreateDirectory(await UpperAsync(daemon, "came and went") + "/gone");
            Directory.Delete(await UpperAsync(daemon, "came and went") + "/gone");
            foreach (string key in (string[])["empty", "written", "came and went"])
            {
                await daemon.CommitAsync(key + ", committed", key);
            }

            Assert.Equal("empty, committed stays", Sql("SELECT group_concat(key, ' ') FROM (SELECT key FROM trees AS t JOIN snapshots AS s ON s.tree = t.id WHERE t.writer IS NOT NULL ORDER BY key)"));

            // Its process lives: to another one it is neither a draft nor lost.
            using OverlaySnapshotter other = _store.Reopen();
            await other.CleanupAsync();
            Assert.Equal(4, _store.Trees().Count);
            Assert.Equal("2", Unsynced());
        }

        Assert.Equal("0", Sql("SELECT count(*) FROM trees WHERE writer IS NOT NULL"));
        Assert.Equal(4, _store.Trees().Count);
    }

    private static async Task<string> UpperAsync(OverlaySnapshotter snapshots, string key) => (await snapshots.StackAsync(key)).Upper!;

    private string Unsynced() => Sql("SELECT count(*) FROM trees AS t JOIN snapshots AS s ON s.tree = t.id WHERE t.writer IS NOT NULL");

    private string Sql(string statement) =>
        ProcessRunner.Run("sqlite3", "-cmd", ".timeout 30000", _store.Layout.SnapshotsDatabase, statement).Output.Trim();
}
