namespace LayerStore;

/// <summary>
/// An error that a user can understand: what failed, and what to do about it. Everything that this library refuses on
/// purpose is one of these; subclasses carry the data.
/// </summary>
public class LayerStoreException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="kind">What kind of thing went wrong.</param>
    /// <param name="message">One line, without a full stop, that names the thing it is about.</param>
    /// <param name="hint">What the user can do, as a sentence; null if there is nothing to say.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public LayerStoreException(ErrorKind kind, string message, string? hint = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Hint = hint;
    }

    /// <summary>What kind of thing went wrong.</summary>
    public ErrorKind Kind { get; }

    /// <summary>What the user can do about it, or null.</summary>
    public string? Hint { get; }
}
