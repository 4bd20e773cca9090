using Interop.Tests.BadInput;
using Interop.Tests.Support;
using LayerStore;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Check;

namespace Interop.Tests.Hostile;

/// <summary>
/// A store with an image in it, and a canary beside it. Each case is pulled by the program and unpacked by the library; afterwards the
/// canary is what it was to the change time, and so is the store.
/// </summary>
public sealed class HostileLab : IDisposable
{
    /// <summary>The canary's content: nothing that an image makes may hold it.</summary>
    private const string Song = "the canary sings 5b1f";

    private readonly TempDirectory _temp = new();
    private int _next;

    public HostileLab()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return; // The tests are skipped.
        }

        Directory.CreateDirectory(_temp["canary/cage"]);
        File.WriteAllText(_temp["canary/file"], Song);
        File.WriteAllText(_temp["canary/cage/bird"], Song);
        File.CreateSymbolicLink(_temp["canary/link"], "file");
        ProcessRunner.Run("chmod", "0640", _temp["canary/file"]);
        ProcessRunner.Run("chown", "1234:4321", _temp["canary/file"]);
        ProcessRunner.Run("touch", "-d", "2001-02-03 04:05:06.789", _temp["canary/file"], _temp["canary/cage"], _temp["canary"]);
        MakeStoreAsync().GetAwaiter().GetResult();
    }

    public void Dispose() => _temp.Dispose();

    internal async Task RunAsync(HostileCase it)
    {
        string directory = _temp.CreateDirectory($"case{_next++}");
        HostileImage image = new(directory, _temp["canary"]);
        it.Make(image);
        string canary = Canary();
        await using Store store = Open();
        string before = await StoreListing.OfAsync(store);

        ToolResult pull = CliProgram.Command(["--root", _temp["store"], "pull", image.Source, "--name", "it", "--no-sync", "--progress", "none", .. image.Options]).Run();

        Assert.True(canary == Canary(), $"CHANGED OUTSIDE OF THE ROOT, by a pull\n{pull}");
        string plain = Path.Combine(directory, "plain");
        if (it.Outcome == Outcome.Refused)
        {
            AssertRefused(pull, it.Says);
        }
        else
        {
            pull.Expect();
            await store.RemoveImageAsync("it");
        }

        Assert.Equal(before, await StoreListing.OfAsync(store));
        await UnpackAsync(it, image, plain);
        Assert.True(canary == Canary(), "CHANGED OUTSIDE OF THE ROOT, by an unpack");
        CheckReport report = await store.CheckAsync();
        Assert.True(report.Findings.Count == 0, string.Join('\n', report.Findings));
        ProcessRunner.Run("rm", "-rf", "--", directory);
    }

    private static void AssertRefused(ToolResult result, string[] says)
    {
        result.Expect(3);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.DoesNotContain(Song, result.Error, StringComparison.Ordinal);
        Assert.All(says, words => Assert.Contains(words, result.Error, StringComparison.Ordinal));
    }

    private static async Task UnpackAsync(HostileCase it, HostileImage image, string plain)
    {
        // Options are the program's: what they make of a good image is seen by its pull alone.
        if (image.Options.Length > 0)
        {
            return;
        }

        Task Unpack() => Store.UnpackAsync(TransportReference.Parse(image.Source), plain, new() { Sync = false });
        if (it.Outcome == Outcome.Refused)
        {
            LayerStoreException error = await Assert.ThrowsAnyAsync<LayerStoreException>(Unpack);
            Assert.Equal(ErrorKind.DataLoss, error.Kind);
            Assert.False(Directory.Exists(plain));
            return;
        }

        await Unpack();
        ToolResult found = ProcessRunner.TryRun("grep", "--recursive", "--files-with-matches", "--devices=skip", Song, plain);
        Assert.True(found.ExitCode == 1, $"READ FROM OUTSIDE OF THE ROOT\n{found}");
    }

    private async Task MakeStoreAsync()
    {
        await using Store store = Open();
        await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "before" });
    }

    private Store Open() => Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false }).GetAwaiter().GetResult();

    /// <summary>All that is known of the canary; any change of it, of its metadata or of how many names it has changes the change time.</summary>
    private string Canary() => ProcessRunner.Run("find", _temp["canary"], "-printf", @"%p %y %m %U:%G %s %n %T@ %C@ %l\n").Output;
}
