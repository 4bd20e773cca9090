namespace Snapshotter.Doctor;

/// <summary>What part of the machine a <see cref="Diagnosis"/> is about.</summary>
public enum DoctorArea
{
    /// <summary>What the kernel can do.</summary>
    Kernel,

    /// <summary>What the file system that the store is on, or would be on, can do and has left.</summary>
    FileSystem,

    /// <summary>What this process may do.</summary>
    Privileges,

    /// <summary>What is mounted, and what the store's records say of it.</summary>
    Mounts,

    /// <summary>What runs containers.</summary>
    Runtime,

    /// <summary>What serves the store to containerd, and what containerd knows of it.</summary>
    Daemon,
}
