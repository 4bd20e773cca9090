namespace LayerStore.Cli.Output;

/// <summary>Turns whatever went wrong into a line, a hint and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the error.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(Host host, Exception exception)
    {
        LayerStoreException error = Understand(exception);
        Diagnostics.Write(host, LogLevel.Error, error.Message);
        if (error.Hint is not null)
        {
            Diagnostics.WriteHint(host, error.Hint);
        }

        return ExitCode.From(error.Kind);
    }

    private static LayerStoreException Understand(Exception exception) => exception switch
    {
        LayerStoreException known => known,
        AggregateException { InnerException: { } inner } => Understand(inner),
        _ when IoErrors.IsIo(exception) => (LayerStoreException)IoErrors.Translate(exception, "read or write"),
        OutOfMemoryException => new LayerStoreException(ErrorKind.ResourceExhausted, "out of memory", "Free some memory, then try again.", exception),
        _ => new LayerStoreException(
            ErrorKind.Unknown,
            $"this should not happen: {exception.Message.TrimEnd('.')}",
            "This is a defect in the program: please report it, with the command line.",
            exception),
    };
}
