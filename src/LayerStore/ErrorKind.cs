namespace LayerStore;

/// <summary>
/// What kind of thing went wrong: the vocabulary of containerd's errdefs, one value for each gRPC status that a store
/// can answer. The command line maps it to an exit code by one switch, the daemon to a gRPC status by another.
/// </summary>
public enum ErrorKind
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>The caller asked for something malformed (a bad name, option or reference).</summary>
    InvalidArgument,

    /// <summary>The named thing does not exist.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>The thing exists, but not in a state that allows this (in use, has children, wrong kind).</summary>
    FailedPrecondition,

    /// <summary>Somebody else holds the lock, or what was read changed meanwhile. Trying again may help.</summary>
    Aborted,

    /// <summary>An offset lies outside of the data.</summary>
    OutOfRange,

    /// <summary>Bytes that do not verify: a wrong digest or size, damaged, malformed or hostile input.</summary>
    DataLoss,

    /// <summary>Not logged in, or not allowed by the other side.</summary>
    Unauthenticated,

    /// <summary>The other side cannot be reached.</summary>
    Unavailable,

    /// <summary>A privilege or a kernel feature is missing.</summary>
    PermissionDenied,

    /// <summary>This version, file system or driver does not do that.</summary>
    Unimplemented,

    /// <summary>No space, no quota, or a limit was reached.</summary>
    ResourceExhausted,
}
