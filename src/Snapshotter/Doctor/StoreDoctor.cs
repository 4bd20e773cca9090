namespace Snapshotter.Doctor;

/// <summary>
/// Says whether this machine can do what a store needs, by trying it: mounts, clones, resolves and writes in a directory of its
/// own below the root, which is removed afterwards.
/// </summary>
/// <remarks>
/// It works for every user and where there is no store yet: what cannot be tried for want of rights is a line that says so.
/// Nothing is mounted where others could see it.
/// <example><code>
/// foreach (Diagnosis line in StoreDoctor.Examine("/var/lib/layerstore"))
/// {
///     Console.WriteLine($"{(line.IsHealthy ? "ok" : "no")} {line.Name}: {line.What}");
/// }
/// </code></example>
/// </remarks>
public static class StoreDoctor
{
    /// <summary>Examines the machine. The lines come in a fixed order.</summary>
    /// <param name="root">The store's root; it need not exist.</param>
    /// <param name="options">What else to look at.</param>
    /// <param name="cancellationToken">Stops between two lines.</param>
    public static IEnumerable<Diagnosis> Examine(string root, DoctorOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        options ??= new DoctorOptions();
        return Run();

        IEnumerable<Diagnosis> Run()
        {
            using Patient patient = new(root, options);
            IEnumerable<Probe> probes =
            [
                .. new KernelProbes(patient).All(),
                .. new FileSystemProbes(patient).All(),
                .. new PrivilegeProbes(patient).All(),
                new MountProbe(patient).Make(),
                new RuntimeProbe(options).Make(),
            ];
            foreach (Probe probe in probes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return probe.Run();
            }
        }
    }
}
