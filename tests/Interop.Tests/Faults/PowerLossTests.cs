using System.Globalization;
using Interop.Tests.Support;
using Snapshotter;
using Xunit.Abstractions;

namespace Interop.Tests.Faults;

/// <summary>
/// The power goes at any moment: what the disk holds then is a whole store, with all that was reported done before.
/// </summary>
/// <remarks>
/// The disk is a file on a file system with reflinks. A copy of it (FICLONE, which lets no write pass meanwhile) is what the disk had been given
/// at one moment; what was only in the page cache of the file system on it is not there.
/// </remarks>
[Long]
public sealed class PowerLossTests(ITestOutputHelper output) : IDisposable
{
    // Where the making of a store waits for the disk or gives names, and the first wait after it; the mark is what the third name is given to.
    private static readonly FaultPoint[] s_making = [new("syncfs", 1), new("rename", 1), new("rename", 2), new("rename", 3), new("fsync", 1), new("fsync", 2)];

    private static readonly string[] s_databases = ["metadata.db", "snapshots.db"];

    private readonly TempDirectory _temp = new();
    private readonly Lock _lock = new();
    private readonly List<HashSet<string>> _states = [[]];
    private int _done;
    private bool _isOver;

    private string Target => _temp["disk/sandbox/out/m"];

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("ext4", 1)]
    [InlineData("xfs", 2)]
    public async Task What_was_reported_done_survives(string type, int seed)
    {
        MountDisk(type);
        FaultCounts counts = new();
        Random random = new(seed);
        var cuts = Math.Max(4, FaultCounts.Points / 3);
        var work = Task.Run(WorkUntilToldAsync);
        List<(string Image, int Done, int Begun)> copies = [];
        for (var i = 0; i < cuts; i++)
        {
            await Task.Delay(random.Next(20, 400));
            var done = Read().Done;
            copies.Add((CopyDisk(i), done, Read().Begun));
        }

        lock (_lock)
            _isOver = true;
        await work;

        // It may have ended between a mount and its end.
        ProcessRunner.TryRun("umount", Target);
        LoopDisk.Unmount(_temp["disk"], _temp["host/disk.img"]);
        foreach (var (image, done, begun) in copies)
        {
            counts.Add("power losses");
            await JudgeAsync(counts, image, type, "sandbox", done, begun);
        }

        counts.Close(output);
    }

    [SkippableTheory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_store_that_was_being_made_is_none_or_whole(string type)
    {
        Tools.Require("strace");
        MountDisk(type);
        List<string> copies = [];
        foreach (var point in s_making)
        {
            Sandbox sandbox = new(_temp[$"disk/{point}"]);
            var (_, hit) = Tracer.Run(sandbox.Command("pull", TestData.Source("loose"), "--name", "b"), new Fault(point, null), _temp["log"]);
            Assert.Equal("killed", hit);
            copies.Add(CopyDisk(copies.Count));
        }

        LoopDisk.Unmount(_temp["disk"], _temp["host/disk.img"]);
        FaultCounts counts = new();
        foreach (var (image, point) in copies.Zip(s_making))
        {
            counts.Add("power losses");
            await JudgeAsync(counts, image, type, point.ToString(), 0, 0, isMade: point == s_making[^1]);
        }

        counts.Close(output);
    }

    private void MountDisk(string type)
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("xfs");
        Tools.Require("mkfs.xfs", "mkfs." + type, Sandbox.Program);
        ProcessRunner.Script("truncate -s 4G \"$1\"; mkfs.xfs -q -m reflink=1 \"$1\"; mount -o loop \"$1\" \"$2\"", _temp["host.img"], _temp.CreateDirectory("host"));
        ProcessRunner.Script("truncate -s 320M \"$1\"; \"mkfs.$3\" -q \"$1\"; mount -o loop \"$1\" \"$2\"", _temp["host/disk.img"], _temp.CreateDirectory("disk"), type);
    }

    private string CopyDisk(int number)
    {
        var copy = _temp[$"host/copy-{number}.img"];
        ProcessRunner.Run("cp", "--reflink=always", _temp["host/disk.img"], copy);
        return copy;
    }

    private (int Done, int Begun) Read()
    {
        lock (_lock)
            return (_done, _states.Count - 1);
    }

    private async Task WorkUntilToldAsync()
    {
        Sandbox sandbox = new(_temp["disk/sandbox"]);
        for (var round = 0; ; round++)
        {
            foreach (var (arguments, change) in Round(round))
            {
                lock (_lock)
                {
                    if (_isOver)
                        return;
                    HashSet<string> next = [.. _states[^1]];
                    change(next);
                    _states.Add(next);
                }

                (await sandbox.Command(arguments).RunAsync()).Expect();
                lock (_lock)
                    _done++;
            }
        }
    }

    // Each command, and what it does to the names of the images.
    private IEnumerable<(string[] Arguments, Action<HashSet<string>> Change)> Round(int round)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"work-{round}");
        yield return (["pull", TestData.Source("whiteouts"), "--name", "a"], names => names.Add("a"));
        yield return (["pull", TestData.Source("loose"), "--name", "b"], names => names.Add("b"));
        yield return (["mount", "a", Target, "--key", key], _ => { });
        File.WriteAllText(Path.Combine(Target, "file"), $"round {round}");
        Directory.Delete(Path.Combine(Target, "opaque"), recursive: true);
        yield return (["umount", key], _ => { });
        yield return (["commit", key, "c"], names => names.Add("c"));
        yield return (["pull", TestData.Source("compressions"), "--name", "d"], names => names.Add("d"));
        yield return (["rmi", "b"], names => names.Remove("b"));
        yield return (["tag", "c", "e"], names => names.Add("e"));
        yield return (["umount", key, "--rm"], _ => { });
        yield return (["rmi", "c"], names => names.Remove("c"));
        yield return (["rmi", "d"], names => names.Remove("d"));
        yield return (["rmi", "e"], names => names.Remove("e"));
        yield return (["check", "--repair"], _ => { });
    }

    // An empty file would do as a database, too: its tables would be made when it is opened.
    private static bool IsWhole(string root) =>
        Store.Exists(root) && s_databases.All(name => new FileInfo(Path.Combine(root, name)) is { Exists: true, Length: > 0 });

    private async Task JudgeAsync(FaultCounts counts, string image, string type, string directory, int done, int begun, bool isMade = false)
    {
        var what = $"{type}, {directory}, {Path.GetFileName(image)}, {done} done, {begun} begun";
        try
        {
            // Mounting plays the journal back; only then is there something to check.
            var options = type == "xfs" ? "loop,nouuid" : "loop";
            ProcessRunner.Run("mount", "-o", options, image, _temp["disk"]);
            LoopDisk.Unmount(_temp["disk"], image);
            ProcessRunner.Script("""
                if [[ $2 == ext4 ]]; then e2fsck -fp "$1" > "$1.log" || (($? == 1)); else xfs_repair -n "$1" > "$1.log" 2>&1; fi
                """, image, type);
            ProcessRunner.Run("mount", "-o", options, image, _temp["disk"]);
            Sandbox sandbox = new(_temp[$"disk/{directory}"]);
            if (isMade && !IsWhole(sandbox.Root))
                throw new FaultFoundException(FaultKind.Lost, "the store was made, and is not whole");
            var state = await StoreState.ReadAsync(sandbox.Root);
            HashSet<string> names = [.. state.Images.Keys.Select(name => name.Split('/')[^1].Split(':')[0])];
            if (!_states[done..(begun + 1)].Any(names.SetEquals))
            {
                throw new FaultFoundException(
                    _states[done].IsSubsetOf(names) ? FaultKind.HalfDone : FaultKind.Lost,
                    $"the images are {string.Join(' ', names)}; they were {string.Join(' ', _states[done])} and were to be {string.Join(' ', _states[begun])}");
            }

            sandbox.Run("pull", TestData.Source("loose"), "--name", "b");
            sandbox.Collect();
            if (await StoreState.ReadAsync(sandbox.Root) is { } after && !after.Files.Contains("trash: 0\n", StringComparison.Ordinal))
                throw new FaultFoundException(FaultKind.Leftover, after.Files);
        }
        catch (FaultFoundException e)
        {
            counts.Found(e.Kind, $"{what}: {e.Message}");
        }
        catch (ToolFailedException e)
        {
            counts.Found(FaultKind.Lost, $"{what}: {e.Message}");
        }
        finally
        {
            MountTable.DetachUnder(_temp["disk"]);
        }
    }
}
