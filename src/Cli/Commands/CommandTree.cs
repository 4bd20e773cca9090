using LayerStore.Cli.Commands.Content;
using LayerStore.Cli.Commands.Daemons;
using LayerStore.Cli.Commands.Layers;
using LayerStore.Cli.Commands.Leases;
using LayerStore.Cli.Commands.Snapshots;
using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    private static readonly (string Name, Func<Command> Make)[] s_commands =
    [
        ("pull", static () => new Pull()),
        ("push", static () => new Push()),
        ("tag", static () => new Tag()),
        ("images", static () => new Images()),
        ("inspect", static () => new Inspect()),
        ("history", static () => new History()),
        ("rmi", static () => new Rmi()),
        ("unpack", static () => new Unpack()),
        ("mount", static () => new Mount()),
        ("umount", static () => new Umount()),
        ("bundle", static () => new Bundle()),
        ("diff", static () => new Diff()),
        ("commit", static () => new Commit()),
        ("snapshot", static () => new Command("snapshot", "Work on snapshots, as ctr snapshots does")
        {
            new SnapshotLs(),
            new SnapshotTree(),
            new SnapshotInfoCommand(),
            SnapshotPrepare.Active(),
            SnapshotPrepare.View(),
            new SnapshotMounts(),
            new SnapshotCommit(),
            new SnapshotRm(),
            new SnapshotUsageCommand(),
            new SnapshotLabel(),
        }),
        ("content", static () => new Command("content", "Work on blobs and ingests")
        {
            new ContentLs(),
            new ContentCat(),
            new ContentInfo(),
            new ContentRm(),
            new ContentIngests(),
            new ContentAbort(),
        }),
        ("lease", static () => new Command("lease", "Work on leases, which keep things from the collector")
        {
            new LeaseLs(),
            new LeaseCreate(),
            new LeaseRm(),
        }),
        ("layer", static () => new Command("layer", "Apply and make layer tars on directories, without a store")
        {
            new LayerApplyCommand(),
            new LayerDiffCommand(),
        }),
        ("du", static () => new Du()),
        ("why", static () => new Why()),
        ("gc", static () => new Gc()),
        ("check", static () => new Check()),
        ("serve", static () => new Serve()),
        ("config", static () => new Command("config", "Print and check the daemon's configuration, containerd's and systemd's")
        {
            new ConfigDefault(),
            new ConfigCheck(),
            new ConfigContainerd(),
            new ConfigSystemd(),
        }),
        ("doctor", static () => new Doctor()),
        ("version", static () => new Version()),
    ];

    /// <summary>Builds the tree.</summary>
    public static Command Build(GlobalOptions options) => Build(options, s_commands);

    /// <summary>Builds as much of the tree as arguments can mean: to make all commands costs as much as running a short one.</summary>
    /// <remarks>An argument that happens to be the name of a command, such as an image's, makes the tree larger, never another.</remarks>
    public static Command BuildFor(IReadOnlyList<string> arguments, GlobalOptions options)
    {
        (string Name, Func<Command> Make)[] named = Array.FindAll(s_commands, command => arguments.Contains(command.Name));
        return Build(options, named.Length == 0 ? s_commands : named);
    }

    private static Command Build(GlobalOptions options, (string Name, Func<Command> Make)[] commands)
    {
        Command root = new("layerstore", "Stores OCI images, unpacks them, mounts them, and makes new ones.")
        {
            options.Root,
            options.Driver,
            options.LogLevel,
            options.Help,
        };
        foreach ((_, Func<Command> make) in commands)
        {
            root.Add(make());
        }

        return root;
    }
}
