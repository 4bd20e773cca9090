namespace Snapshotter.Doctor;

/// <summary>What the doctor is to look at beside the store's root.</summary>
public sealed record DoctorOptions
{
    /// <summary>The driver that a store which is not there yet would get; one that is there has its own. Null is overlay.</summary>
    public StoreDriver? Driver { get; init; }

    /// <summary>The directories in which runtimes are looked for, separated by colons; null for those of $PATH and the usual ones for root.</summary>
    public string? SearchPath { get; init; }
}
