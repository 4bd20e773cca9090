using Snapshotter.Layers;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers;

/// <summary>A real overlay mount over a lower directory, and the two differs' views of what happens in it.</summary>
internal sealed class OverlaySandbox : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("layers-test-").FullName;
    private bool _isMounted;

    public OverlaySandbox()
    {
        Skip.IfNot(Privileges.CanMount(), "Mounting needs root.");
        Skip.IfNot(Shell.Has("setfattr"), "The package attr is not installed.");
        foreach (string name in (string[])["lower", "upper", "work", "merged"])
        {
            Directory.CreateDirectory(Path.Join(_root, name));
        }

        Shell.Run(_root, "chmod 0755 . *; touch -d @0 lower upper");
    }

    /// <summary>Options for the mount beside the directories.</summary>
    public string[] Options { get; init; } = [];

    public string Lower => this["lower"];

    public string Upper => this["upper"];

    public string Merged => this["merged"];

    /// <summary>A path beside the trees, free to use.</summary>
    public string this[string name] => Path.Join(_root, name);

    public List<string> Warnings { get; } = [];

    public List<string> Changes { get; } = [];

    /// <summary>Makes the lower tree, mounts, and makes the changes.</summary>
    public void Play(string lower, string changes)
    {
        Shell.Run(Lower, lower);
        Shell.Run(Lower, "touch -d @0 .");
        Mounter.Mount(new Mount("overlay", "overlay", [$"lowerdir={Lower}", $"upperdir={Upper}", $"workdir={this["work"]}", .. Options]), Merged);
        _isMounted = true;
        Shell.Run(Merged, changes);
    }

    /// <summary>The upper's layer. The root's time is left alone unless the test is about it.</summary>
    public RecordingSink DiffUpper(bool ignoreRoot = true, ILayerSink? sink = null)
    {
        RecordingSink recording = new();
        using RootDirectory upper = RootDirectory.Open(Upper);
        using StackView lower = StackView.Open([Lower], "trusted");
        using RootDirectory lowerRoot = RootDirectory.Open(Lower);
        if (ignoreRoot)
        {
            Shell.Run(Upper, "touch -d @0 .");
        }

        UpperDiffer differ = new(upper, lower.Root, "trusted")
        {
            LowerRootMetadata = lowerRoot,
            OpenMerged = () => StackView.Open([Upper, Lower], "trusted", followsReferences: true),
            Observer = new DiffObserver { Warn = Warnings.Add, Changed = change => Changes.Add($"{change.Kind.ToString()[0]} {change.Path}") },
        };
        differ.WriteTo(sink ?? recording);
        return recording;
    }

    /// <summary>The layer that walking the two mounts gives.</summary>
    public RecordingSink DiffTrees(bool ignoreRoot = true, ILayerSink? sink = null)
    {
        RecordingSink recording = new();
        using StackView older = StackView.Open([Lower], "trusted");
        using RootDirectory newer = RootDirectory.Open(Merged);
        if (ignoreRoot)
        {
            Shell.Run(Merged, "touch -d @0 .");
        }

        new TreeDiffer(older.Root, newer).WriteTo(sink ?? recording);
        return recording;
    }

    /// <summary>The tar that a differ writes into a sink.</summary>
    public static byte[] TarOf(Action<ILayerSink> diff)
    {
        using MemoryStream tar = new();
        diff(new TarLayerSink(tar));
        return tar.ToArray();
    }

    public void Dispose()
    {
        if (_isMounted)
        {
            Mounter.Unmount(Merged, lazy: true);
        }

        Shell.Run("/", $"rm -rf -- '{_root}'");
    }
}
