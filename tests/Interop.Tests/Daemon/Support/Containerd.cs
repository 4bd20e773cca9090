using System.Globalization;

namespace Interop.Tests.Daemon.Support;

/// <summary>
/// A containerd of its own, with root, state and socket in a directory of the test, and a namespace that nobody else has. Disposing ends its
/// containers, itself and its shims, whatever became of them.
/// </summary>
internal sealed class Containerd : IDisposable
{
    private const string Runtime = "/run/containerd/runc";

    private readonly string _directory;
    private readonly string _config;
    private readonly List<string> _namespaces = [];
    private Service? _service;

    /// <summary>Starts it.</summary>
    /// <param name="directory">Where it keeps everything; made if missing.</param>
    /// <param name="settings">What else its configuration says (containerd-config.toml(5), version 2).</param>
    /// <param name="disabled">Plugins of its own that it does without.</param>
    public Containerd(string directory, string settings = "", params string[] disabled)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _config = Path.Combine(_directory, "config.toml");
        Namespace = NewNamespace();
        IEnumerable<string> without = disabled.Append("io.containerd.grpc.v1.cri").Append("io.containerd.internal.v1.opt");
        File.WriteAllText(
            _config,
            $"""
            version = 2
            root = "{_directory}/root"
            state = "{_directory}/state"
            disabled_plugins = [{string.Join(", ", without.Select(plugin => $"\"{plugin}\""))}]
            [grpc]
            address = "{Socket}"
            {settings}
            """);
        Start();
    }

    /// <summary>Its socket.</summary>
    public string Socket => Path.Combine(_directory, "sock");

    /// <summary>The namespace that <see cref="Ctr"/> works in.</summary>
    public string Namespace { get; }

    /// <summary>Where its own content store keeps blobs, if that is on.</summary>
    public string ContentDirectory => Path.Combine(_directory, "root/io.containerd.content.v1.content/blobs");

    /// <summary>What it logged.</summary>
    public string Log => _service?.Log ?? "";

    /// <summary>A further namespace, which also goes with this.</summary>
    public string NewNamespace()
    {
        // Containers of all containerds of a machine share its cgroups and runc's directory, by their namespaces and names.
        _namespaces.Add("layerstore-test-" + Guid.NewGuid().ToString("N")[..12]);
        return _namespaces[^1];
    }

    /// <summary>A command of containerd's own client.</summary>
    public ToolCommand Command(params string[] arguments) => new("ctr", ["--address", Socket, "--namespace", Namespace, .. arguments]);

    /// <summary>Runs one, which must succeed.</summary>
    public ToolResult Ctr(params string[] arguments) => Command(arguments).Run().Expect();

    /// <summary>The same, whatever its exit code.</summary>
    public ToolResult TryCtr(params string[] arguments) => Command(arguments).Run();

    /// <summary>The same in another namespace.</summary>
    public ToolResult CtrIn(string @namespace, params string[] arguments) =>
        ProcessRunner.Run("ctr", ["--address", Socket, "--namespace", @namespace, .. arguments]);

    /// <summary>Collects garbage, and returns when it is done.</summary>
    public void Collect() => Ctr("content", "prune", "references");

    /// <summary>Starts a container that runs on, and returns when it runs.</summary>
    /// <param name="snapshotter">Where its snapshot is made.</param>
    /// <param name="image">The image.</param>
    /// <param name="id">Its name, and its snapshot's.</param>
    public void RunDetached(string snapshotter, string image, string id) =>
        Ctr("run", "--detach", "--null-io", "--snapshotter", snapshotter, image, id, "/bin/sleep", "100000");

    /// <summary>Runs a shell script in a running container.</summary>
    public ToolResult Exec(string id, string script) => Ctr("tasks", "exec", "--exec-id", Guid.NewGuid().ToString("N")[..8], id, "/bin/sh", "-ec", script);

    /// <summary>Ends a container; its snapshot stays.</summary>
    public void Kill(string id)
    {
        Ctr("tasks", "kill", "--signal", "SIGKILL", id);

        // It tells the exit code of what was killed as its own.
        Service.WaitUntil(() => TryCtr("tasks", "delete", id).ExitCode == 137 || !Ctr("tasks", "list", "--quiet").Lines.Contains(id), $"the end of {id}", () => Log);
    }

    /// <summary>Ends and removes a container with its snapshot.</summary>
    public void Remove(string id)
    {
        Kill(id);
        Ctr("containers", "delete", id);
    }

    /// <summary>Restarts it; its containers run on.</summary>
    public void Restart()
    {
        _service!.Terminate();
        Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var id in Processes())
            ProcessRunner.TryRun("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        Service.WaitUntil(() => Processes().Count == 0, "the end of containerd's processes");
        _service?.Dispose();

        // A shim that is killed leaves its socket, which is not below our directory.
        var tasks = Path.Combine(_directory, "state/io.containerd.runtime.v2.task");
        foreach (var address in Directory.Exists(tasks) ? Directory.EnumerateDirectories(tasks).SelectMany(Directory.EnumerateDirectories).Select(task => Path.Combine(task, "address")).Where(File.Exists) : [])
            File.Delete(File.ReadAllText(address).Replace("unix://", "", StringComparison.Ordinal));
        MountTable.DetachUnder(_directory);

        // What its namespaces had for all containerds alike. A container's cgroup goes when its last process has ended.
        foreach (var name in _namespaces)
        {
            ProcessRunner.Run("rm", "-rf", "--", Path.Combine(Runtime, name));
            ProcessRunner.Script(
                """
                for ((i = 0; i < 200; i++)); do
                    find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} + 2> /dev/null || true
                    [[ $(find /sys/fs/cgroup -type d -path "*/$1*" -prune -print -quit) ]] || exit 0
                    sleep 0.05
                done
                """,
                name);
        }
    }

    private void Start()
    {
        _service?.Dispose();
        _service = Service.Start(
            new ToolCommand("containerd", "--config", _config), Path.Combine(_directory, "log"), () => ProcessRunner.TryRun("ctr", "--address", Socket, "version").ExitCode == 0);
    }

    /// <summary>Its shims and all that runs below them, but not containerd itself.</summary>
    private HashSet<int> Processes()
    {
        Dictionary<int, int> parents = [];
        HashSet<int> found = [];
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id))
                continue;
            try
            {
                var status = File.ReadAllText(Path.Combine(directory, "stat"));
                string[] fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] is "Z" or "X")
                    continue; // It ended, and its parent has not asked for it yet.
                parents[id] = int.Parse(fields[1], CultureInfo.InvariantCulture);
                string[] words = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
                if (words[0].Contains("containerd-shim", StringComparison.Ordinal) && words.Contains(Socket))
                    found.Add(id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(parents.Where(pair => found.Contains(pair.Value)).Select(pair => pair.Key).ToArray());
        }

        return found;
    }
}
