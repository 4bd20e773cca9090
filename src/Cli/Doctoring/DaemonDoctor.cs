using Snapshotter.Doctor;

namespace LayerStore.Cli.Doctoring;

/// <summary>Looks at the daemons of a store, and at what containerd knows of them.</summary>
/// <param name="root">The store's root.</param>
/// <param name="variable">Reads the environment: PATH, and CONTAINERD_ADDRESS as ctr does.</param>
internal sealed class DaemonDoctor(string root, Func<string, string?> variable)
{
    private const string DaemonName = "daemon";
    private const string Start = "systemctl enable --now layerstore (layerstore config systemd prints its units), or: layerstore serve";
    private const string Look = "journalctl -u layerstore, then: systemctl restart layerstore";

    // message HealthCheckResponse { ServingStatus status = 1; }, SERVING = 1.
    private static readonly byte[] s_serving = [0x08, 0x01];

    /// <summary>Looks. The lines of containerd come only where there is one.</summary>
    public IEnumerable<Diagnosis> Examine()
    {
        IReadOnlyList<ServingDaemon> daemons = [];
        Diagnosis? unreadable = null;
        try
        {
            daemons = ServingDaemon.Find(root);
        }
        catch (Exception e) when (e is LayerStoreException || IoErrors.IsIo(e))
        {
            unreadable = Line(DaemonName, $"not known: {Printable.Text(e.Message)}", "sudo layerstore doctor");
        }

        if (unreadable is not null)
        {
            yield return unreadable;
        }
        else if (daemons.Count == 0)
        {
            yield return Line(DaemonName, "none serves this store to containerd", Start);
        }

        foreach (ServingDaemon daemon in daemons)
        {
            yield return Examine(daemon);
        }

        foreach (Diagnosis line in new ContainerdDoctor(variable).Examine([.. daemons.Select(daemon => daemon.Address)]))
        {
            yield return line;
        }
    }

    /// <summary>A line of this part.</summary>
    /// <param name="name">What was tried.</param>
    /// <param name="what">What was found.</param>
    /// <param name="remedy">What mends it; null: it is healthy.</param>
    public static Diagnosis Line(string name, string what, string? remedy = null) => new(DoctorArea.Daemon, name, remedy is null, what) { Remedy = remedy };

    private static Diagnosis Examine(ServingDaemon daemon)
    {
        string which = $"owner {Printable.Text(daemon.Owner)}, version {Printable.Text(daemon.Version)}, process {Printable.Text(daemon.Process)}, on {Printable.Text(daemon.Address)}";
        try
        {
            return UnaryCall.Call(daemon.Address, "/grpc.health.v1.Health/Check", []).AsSpan().SequenceEqual(s_serving)
                ? Line(DaemonName, $"serves: {which}")
                : Line(DaemonName, $"runs, and does not serve: {which}", Look);
        }
        catch (LayerStoreException e)
        {
            return Line(DaemonName, $"{e.Message} ({which})", Look);
        }
    }
}
