using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>The flow for a user who is root only in a user namespace.</summary>
public sealed class UserNamespaceTests
{
    private static readonly string[] Unshare = [.. MountNamespace.Wrapper, "unshare", "--user", "--map-root-user", "--mount"];

    [SkippableFact]
    public void The_flow_works_for_root_of_a_user_namespace()
    {
        RequireUserNamespaces();
        using TestStore store = new();
        ToolResult result = Run(
            store,
            """
            l pull "$source" >/dev/null
            l pull "$source" >/dev/null
            l mount busybox "$mnt" --key k >/dev/null
            l mount busybox "$mnt" --key k >/dev/null
            echo changed > "$mnt/new"
            rm "$mnt/bin/busybox"
            l diff k --summary -q
            l commit k changed >/dev/null
            l unpack changed "$plain"
            test "$(cat "$plain/new")" = changed
            test ! -e "$plain/bin/busybox"
            l umount k --rm
            l push changed "oci:$out:v1"
            l rmi busybox changed
            """,
            TestData.Source("busybox"),
            Unshare).Expect();
        Assert.Equal([".", "bin", "bin/busybox", "new"], result.Lines.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void Owners_that_are_mapped_are_kept()
    {
        MappedNamespace.Require();
        using TestStore store = new();
        string source = MakeOwned(store);
        Run(
            store,
            """
            l pull "$source" --name owned
            l mount owned "$mnt" --key k
            test "$(stat -c %u:%g "$mnt/file")" = 123:456
            chown 7:8 "$mnt/file"
            l commit k changed
            l push changed "oci:$out:v1"
            l umount k --rm
            """,
            source,
            MappedNamespace.Wrapper(store.Temp)).Expect();
        store.Process(["unpack", $"oci:{store["out"]}:v1", store["plain"]]).Run().Expect();
        Assert.Equal("7:8", ProcessRunner.Run("stat", "-c", "%u:%g", Path.Combine(store["plain"], "file")).Output.Trim());
    }

    [SkippableFact]
    public void Owners_that_are_not_mapped_are_refused_unless_squashed()
    {
        RequireUserNamespaces();
        using TestStore store = new();
        ToolResult result = store.Process(["pull", TestData.Source("attributes")], Unshare).Run().Expect(7);
        Assert.Contains("--squash-ids", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Owners_that_were_squashed_come_back_with_a_commit()
    {
        RequireUserNamespaces();
        Tools.RequireRoot();
        using TestStore store = new();
        string source = MakeOwned(store);
        Run(
            store,
            """
            l pull "$source" --squash-ids --name owned
            l mount owned "$mnt" --key k
            test "$(stat -c %u:%g "$mnt/file")" = 0:0
            chmod 600 "$mnt/file"
            l commit k changed
            l push changed "oci:$out:v1"
            l umount k
            """,
            source,
            Unshare).Expect();
        store.Process(["unpack", $"oci:{store["out"]}:v1", store["plain"]]).Run().Expect();
        Assert.Equal("123:456 600", ProcessRunner.Run("stat", "-c", "%u:%g %a", Path.Combine(store["plain"], "file")).Output.Trim());
    }

    [SkippableFact]
    public void A_file_that_a_later_layer_made_anew_as_root_stays_roots()
    {
        RequireUserNamespaces();
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = new(store["layout"]);
        layout.AddImage("owned", TestLayout.Tar("d/file", "text", userId: 123, groupId: 456));
        Run(
            store,
            """
            l pull "$source" --squash-ids --name owned
            l mount owned "$mnt" --key k
            rm -r "$mnt/d"
            l commit k without
            l umount k --rm
            l mount without "$mnt" --key k2
            mkdir "$mnt/d"; echo anew > "$mnt/d/file"
            l commit k2 with
            l umount k2 --rm
            l mount with "$mnt" --key k3
            chmod 600 "$mnt/d/file"
            l commit k3 changed
            l push changed "oci:$out:v1"
            l umount k3
            """,
            layout.Source("owned"),
            Unshare).Expect();
        store.Process(["unpack", $"oci:{store["out"]}:v1", store["plain"]]).Run().Expect();
        Assert.Equal("0:0 600", ProcessRunner.Run("stat", "-c", "%u:%g %a", Path.Combine(store["plain"], "d/file")).Output.Trim());
    }

    [SkippableFact]
    public async Task A_directory_that_a_later_layer_gave_to_root_stays_roots()
    {
        RequireUserNamespaces();
        Tools.RequireRoot();
        using TestStore maker = new();
        TestLayout layout = new(maker["layout"]);
        layout.AddImage("0", TestLayout.Tar("d/file", "text"));
        (await maker.RunAsync("pull", layout.Source("0"), "--name", "image-0")).Expect();
        foreach ((string from, string to, string owner) in ((string, string, string)[])[("image-0", "image-1", "123:456"), ("image-1", "image-2", "0:0")])
        {
            (await maker.RunAsync("mount", from, maker[from], "--key", from)).Expect();
            ProcessRunner.Run("chown", owner, Path.Combine(maker[from], "d"));
            (await maker.RunAsync("commit", from, to)).Expect();
        }

        (await maker.RunAsync("push", "image-2", $"oci:{maker["out"]}:v1")).Expect();
        using TestStore store = new();
        Run(
            store,
            """
            l pull "$source" --squash-ids --name owned
            l mount owned "$mnt" --key k
            chmod 700 "$mnt/d"
            l commit k changed
            l push changed "oci:$out:v1"
            l umount k
            l check --read-data
            """,
            $"oci:{maker["out"]}:v1",
            Unshare).Expect();
        store.Process(["unpack", $"oci:{store["out"]}:v1", store["plain"]]).Run().Expect();
        Assert.Equal("0:0 700", ProcessRunner.Run("stat", "-c", "%u:%g %a", Path.Combine(store["plain"], "d")).Output.Trim());
    }

    private static void RequireUserNamespaces()
    {
        Tools.Require("unshare");
        Skip.If(ProcessRunner.TryRun("unshare", "--user", "--map-root-user", "--mount", "true").ExitCode != 0, "user namespaces are not allowed here");
    }

    private static string MakeOwned(TestStore store)
    {
        TestLayout layout = new(store["layout"]);
        layout.AddImage("owned", TestLayout.Tar("file", "text", userId: 123, groupId: 456));
        return layout.Source("owned");
    }

    private static ToolResult Run(TestStore store, string script, string source, string[] wrapper) =>
        new ToolCommand(wrapper[0], [.. wrapper[1..], "bash", "-c", "set -eu\nl() { dotnet exec \"$program\" --root \"$root\" \"$@\"; }\n" + script])
        {
            Environment = new Dictionary<string, string?>
            {
                ["program"] = Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll"),
                ["root"] = store.Root,
                ["source"] = source,
                ["mnt"] = store["mnt"],
                ["plain"] = store["plain"],
                ["out"] = store["out"],
            },
        }.Run();
}
