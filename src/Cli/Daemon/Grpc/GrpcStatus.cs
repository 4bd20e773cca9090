namespace LayerStore.Daemon.Grpc;

/// <summary>How a call ended: gRPC's status codes and their numbers (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).</summary>
internal enum GrpcStatus
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>An error without a status of its own.</summary>
    Unknown = 2,

    /// <summary>The request is malformed, whatever the state.</summary>
    InvalidArgument = 3,

    /// <summary>The caller's deadline passed.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was named is not there.</summary>
    NotFound = 5,

    /// <summary>What was to be made is there.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not.</summary>
    PermissionDenied = 7,

    /// <summary>No space, or a limit was reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The state does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>Something changed meanwhile.</summary>
    Aborted = 10,

    /// <summary>Past the end.</summary>
    OutOfRange = 11,

    /// <summary>Not done here.</summary>
    Unimplemented = 12,

    /// <summary>The protocol was broken, or the server is at fault.</summary>
    Internal = 13,

    /// <summary>Not now; another try may help.</summary>
    Unavailable = 14,

    /// <summary>Bytes are lost or damaged.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say who it is.</summary>
    Unauthenticated = 16,
}
