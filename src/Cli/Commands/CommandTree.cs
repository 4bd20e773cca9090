using System.CommandLine;
using LayerStore.Cli.Commands.Content;
using LayerStore.Cli.Commands.Layers;
using LayerStore.Cli.Commands.Leases;
using LayerStore.Cli.Commands.Snapshots;
using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree. Its root is no <see cref="RootCommand"/>, which would bring directives and a name of its own.</summary>
    public static Command Build(GlobalOptions options) => new("layerstore", "Stores OCI images, unpacks them, mounts them, and makes new ones.")
    {
        options.Root,
        options.Driver,
        options.LogLevel,
        options.Help,
        new Pull(),
        new Push(),
        new Tag(),
        new Images(),
        new Inspect(),
        new History(),
        new Rmi(),
        new Unpack(),
        new Mount(),
        new Umount(),
        new Bundle(),
        new Diff(),
        new Commit(),
        new Command("snapshot", "Work on snapshots, as ctr snapshots does")
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
        },
        new Command("content", "Work on blobs and ingests")
        {
            new ContentLs(),
            new ContentCat(),
            new ContentInfo(),
            new ContentRm(),
            new ContentIngests(),
            new ContentAbort(),
        },
        new Command("lease", "Work on leases, which keep things from the collector")
        {
            new LeaseLs(),
            new LeaseCreate(),
            new LeaseRm(),
        },
        new Command("layer", "Apply and make layer tars on directories, without a store")
        {
            new LayerApplyCommand(),
            new LayerDiffCommand(),
        },
        new Check(),
        new Version(),
    };
}
