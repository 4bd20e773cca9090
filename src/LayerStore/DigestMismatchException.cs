namespace LayerStore;

/// <summary>Bytes whose digest is not the one that names them.</summary>
public sealed class DigestMismatchException : LayerStoreException
{
    /// <summary>Makes the error.</summary>
    /// <param name="what">What was read, such as <c>blob</c> or <c>layer (diffID)</c>.</param>
    /// <param name="expected">The digest that was asked for.</param>
    /// <param name="actual">The digest of the bytes that came.</param>
    /// <param name="hint">What the user can do.</param>
    public DigestMismatchException(string what, Digest expected, Digest actual, string? hint = null)
        : base(ErrorKind.DataLoss, $"{what} {expected} has the digest {actual}", hint ?? "The data is damaged or not what it claims to be: fetch it again.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The digest that was asked for.</summary>
    public Digest Expected { get; }

    /// <summary>The digest of the bytes that came.</summary>
    public Digest Actual { get; }
}
