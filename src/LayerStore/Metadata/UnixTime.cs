namespace LayerStore.Metadata;

/// <summary>Times in the databases: whole nanoseconds since 1970-01-01 UTC, in an INTEGER column.</summary>
/// <remarks>A <see cref="DateTimeOffset"/> counts in 100 ns, so what comes from one comes back as it was.</remarks>
public static class UnixTime
{
    // The first and last moment that 64 bits of nanoseconds hold: the years 1677 and 2262.
    private const long MaxTicks = long.MaxValue / 100;

    /// <summary>The column's value for a time; a time that it cannot hold becomes the nearest one it can.</summary>
    public static long ToNanoseconds(DateTimeOffset time) =>
        Math.Clamp((time - DateTimeOffset.UnixEpoch).Ticks, -MaxTicks, MaxTicks) * 100;

    /// <summary>The time for a column's value, UTC.</summary>
    public static DateTimeOffset FromNanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
