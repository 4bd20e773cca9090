namespace LayerStore.Tests.Oci;

/// <summary>Checks how input is refused.</summary>
internal static class Refused
{
    /// <summary>The action is refused with this kind, and its message says this.</summary>
    public static LayerStoreException As(ErrorKind kind, string part, Action action) => Check(kind, part, Assert.ThrowsAny<LayerStoreException>(action));

    /// <summary>The action is refused with this kind, and its message says this.</summary>
    public static async Task<LayerStoreException> AsAsync(ErrorKind kind, string part, Func<Task> action) =>
        Check(kind, part, await Assert.ThrowsAnyAsync<LayerStoreException>(action));

    private static LayerStoreException Check(ErrorKind kind, string part, LayerStoreException exception)
    {
        Assert.Equal(kind, exception.Kind);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        return exception;
    }
}
