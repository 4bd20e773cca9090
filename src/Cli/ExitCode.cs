namespace LayerStore.Cli;

/// <summary>The exit codes, a contract (docs/exit-codes.md).</summary>
internal static class ExitCode
{
    /// <summary>All done.</summary>
    public const int Done = 0;

    /// <summary>An error that has no code of its own.</summary>
    public const int Error = 1;

    /// <summary>The command line is wrong (EX_USAGE of sysexits.h).</summary>
    public const int Usage = 64;

    /// <summary>Cancelled, as a shell reports SIGINT.</summary>
    public const int Cancelled = 130;

    /// <summary>The one place where a kind of error becomes an exit code.</summary>
    public static int From(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => 2,
        ErrorKind.DataLoss => 3,
        ErrorKind.AlreadyExists or ErrorKind.FailedPrecondition or ErrorKind.Aborted => 4,
        ErrorKind.Unauthenticated => 5,
        ErrorKind.Unavailable => 6,
        ErrorKind.PermissionDenied or ErrorKind.Unimplemented => 7,
        ErrorKind.ResourceExhausted => 8,
        ErrorKind.InvalidArgument => Usage,
        _ => Error,
    };
}
