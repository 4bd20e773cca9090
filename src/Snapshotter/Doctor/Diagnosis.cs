using LayerStore;

namespace Snapshotter.Doctor;

/// <summary>One thing that was tried on this machine, and what came of it.</summary>
/// <param name="Area">What part of the machine it is about.</param>
/// <param name="Name">What was tried, a word or two; the same in every version.</param>
/// <param name="IsHealthy">Whether it is as it should be.</param>
/// <param name="What">What was found, a clause without a full stop.</param>
public sealed record Diagnosis(DoctorArea Area, string Name, bool IsHealthy, string What)
{
    /// <summary>Whether this store cannot do its work without it. What is not required makes it faster, or is for some commands only.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The command that mends it, or what to do where no command can; null if it is healthy.</summary>
    public string? Remedy { get; init; }

    /// <summary>The kind of error that a command would end with for want of it.</summary>
    public ErrorKind Failure { get; init; } = ErrorKind.PermissionDenied;
}
