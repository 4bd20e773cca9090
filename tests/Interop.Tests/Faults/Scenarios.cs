using System.Text.RegularExpressions;
using Snapshotter;

namespace Interop.Tests.Faults;

/// <summary>The commands that change something. Their store has an image <c>kept</c>, an image <c>gone</c> and a snapshot <c>work</c> with changes.</summary>
internal static partial class Scenarios
{
    // The images are small and hard: whiteouts and opaque directories; a layer that must be completed over the one below.
    private const string Kept = "whiteouts";
    private const string Loose = "loose";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("create", "pull", TestData.Source(Loose), "--name", "new") { NeedsStore = false },
        new("pull", "pull", TestData.Source("compressions"), "--name", "new"),
        new("pull loose", "pull", TestData.Source("repeated"), "--name", "new"),
        new("pull archive", "pull", $"oci-archive:{TestData.Root}/archives/oci-archive.tar", "--name", "new"),
        new("unpack", "unpack", "kept", "{out}/tree") { Show = ShowTree },
        new("unpack here", "unpack", "kept", "{out}/tree") { Prepare = sandbox => Directory.CreateDirectory(Path.Combine(sandbox.Output, "tree")), Show = ShowTree },
        new("commit", "commit", "work", "new") { Show = ShowWork },
        new("commit mounted", "commit", "work", "new") { PrepareCopy = sandbox => sandbox.Run("mount", "kept", Path.Combine(sandbox.Output, "m"), "--key", "work"), Show = ShowMounted },
        new("rmi", "rmi", "gone") { AgainCodes = [0, 2] },
        new("gc", "gc") { Prepare = MakeUnneeded },
        new("check --repair", "check", "--repair") { Prepare = MakeGarbage },
        new("mount", "mount", "kept", "{out}/m", "--key", "new") { Show = ShowMounted },
        new("umount", "umount", "new", "--rm")
        {
            PrepareCopy = sandbox => sandbox.Run("mount", "kept", Path.Combine(sandbox.Output, "m"), "--key", "new"),
            Show = ShowMounted,
            AgainCodes = [0, 2],
        },
        new("tag", "tag", "kept", "new"),
        new("push", "push", "kept", "oci:{out}/deep/er/layout:kept") { Show = sandbox => ShowLayout(sandbox, "deep/er/layout") },
        new("push archive", "push", "kept", "oci-archive:{out}/image.tar:kept") { Show = sandbox => ShowFile(sandbox, "image.tar") },
        new("diff", "diff", "work", "-o", "{out}/layer.tar") { Show = sandbox => ShowFile(sandbox, "layer.tar") },
    ];

    /// <summary>All, or those that the variable FAULTS_ONLY names, separated by commas.</summary>
    public static IEnumerable<Scenario> Chosen =>
        Environment.GetEnvironmentVariable("FAULTS_ONLY")?.Split(',') is { } names ? All.Where(scenario => names.Contains(scenario.Name)) : All;

    /// <summary>Fills the store that all scenarios begin with.</summary>
    public static void Fill(Sandbox sandbox)
    {
        sandbox.Run("pull", TestData.Source(Kept), "--name", "kept");
        sandbox.Run("pull", TestData.Source(Loose), "--name", "gone");
        var target = Path.Combine(sandbox.Output, "m");
        sandbox.Run("mount", "kept", target, "--key", "work");
        ProcessRunner.Script("""
            cd "$1"
            echo changed > file
            rm -r opaque remade
            mkdir opaque && echo new > opaque/new
            ln file partly/link
            chmod 700 stays
            """, target);
        sandbox.Run("umount", "work");
        Directory.Delete(target);
    }

    // A kill while an upper is cleaned may leave a directory's time changed (FrozenUpper).
    private static string WithoutTimes(string tree) => Time().Replace(tree, "$1\t-");

    private static string ShowTree(Sandbox sandbox)
    {
        var path = Path.Combine(sandbox.Output, "tree");
        return !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any() ? "" : TestData.Tree(path);
    }

    private static string ShowMounted(Sandbox sandbox)
    {
        var path = Path.Combine(sandbox.Output, "m");
        return MountTable.Under(path).Count == 0 ? "" : WithoutTimes(TestData.Tree(path));
    }

    private static string ShowWork(Sandbox sandbox)
    {
        var target = Directory.CreateDirectory(Path.Combine(sandbox.FullPath, "look")).FullName;
        ProcessRunner.Script("bash -c \"$1\"", sandbox.Run("snapshot", "mounts", "work", target).Output);
        try
        {
            return WithoutTimes(TestData.Tree(target));
        }
        finally
        {
            ProcessRunner.Run("umount", target);
            Directory.Delete(target);
        }
    }

    // A layout is there when it has an index. All that it names must then be whole: unpacking verifies it.
    private static string ShowLayout(Sandbox sandbox, string name)
    {
        var path = Path.Combine(sandbox.Output, name);
        if (!File.Exists(Path.Combine(path, "index.json")))
            return "";
        var tree = Path.Combine(sandbox.FullPath, "look");
        sandbox.Run("unpack", $"oci:{path}:kept", tree);
        var shown = TestData.Tree(tree);
        Directory.Delete(tree, recursive: true);
        return shown;
    }

    private static string ShowFile(Sandbox sandbox, string name)
    {
        var path = Path.Combine(sandbox.Output, name);
        return File.Exists(path) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))) : "";
    }

    // Trees of no number that is used, and trash, as a kill between a row and its directory leaves them.
    private static void MakeGarbage(Sandbox sandbox) => ProcessRunner.Script("""
        cd "$1"
        mkdir -p t/900/a/b/c t/901 w/900/work trash/t-902/a/b
        touch t/900/a/{1,2,3} t/901/{1,2} m/900 trash/t-902/a/b/{1,2,3}
        """, sandbox.Root);

    // An image whose name is gone, so that its blobs, layers and snapshots are nobody's, and what dead processes leave.
    private static void MakeUnneeded(Sandbox sandbox)
    {
        Task.Run(async () =>
        {
            await using var store = await Store.OpenAsync(sandbox.Root, new StoreOptions { Create = false });
            await store.Images.DeleteAsync("docker.io/library/gone:latest");
        }).Wait();
        MakeGarbage(sandbox);
    }

    [GeneratedRegex(@"(?m)^([^\t]+\t[a-z]+\t\d+\t\d+:\d+)\t\d+\.\d+")]
    private static partial Regex Time();
}
