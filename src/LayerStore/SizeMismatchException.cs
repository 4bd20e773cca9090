namespace LayerStore;

/// <summary>Bytes of another length than their descriptor says.</summary>
public sealed class SizeMismatchException : LayerStoreException
{
    /// <summary>Makes the error.</summary>
    /// <param name="what">What was read, such as <c>blob sha256:…</c>.</param>
    /// <param name="expected">The length in bytes that was promised.</param>
    /// <param name="actual">The length in bytes that came; when reading stopped early, the least that it is.</param>
    public SizeMismatchException(string what, long expected, long actual)
        : base(ErrorKind.DataLoss, $"{what} has {actual} bytes, not {expected}", "The data is truncated or not what it claims to be: fetch it again.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The length in bytes that was promised.</summary>
    public long Expected { get; }

    /// <summary>The length in bytes that came.</summary>
    public long Actual { get; }
}
