namespace LayerStore;

/// <summary>
/// Counts what an operation must remember of an image: names, attributes that are set last, links that wait for their targets. No other
/// limit bounds that, since a small blob may stand for millions of long names. Several threads may take from it.
/// </summary>
public sealed class MemoryBudget
{
    private readonly long _limit;
    private readonly MemoryBudget? _whole;
    private long _taken;

    /// <summary>A budget of its own.</summary>
    /// <param name="limit">The most bytes; see <see cref="Limits.MaxMemoryBytes"/>.</param>
    public MemoryBudget(long limit) => _limit = limit;

    private MemoryBudget(MemoryBudget whole)
        : this(whole._limit) => _whole = whole;

    /// <summary>A part of this one, whose bytes can be given back together.</summary>
    public MemoryBudget Part() => new(this);

    /// <summary>Takes bytes, before they are needed.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it is used up.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) > _limit)
        {
            throw new LayerStoreException(
                ErrorKind.DataLoss,
                $"the image's names and metadata need more memory than {nameof(Limits.MaxMemoryBytes)} allows ({_limit} bytes)",
                Limit.Hint(nameof(Limits.MaxMemoryBytes)));
        }

        _whole?.Take(bytes);
    }

    /// <summary>Gives all bytes of this part back to the whole: nothing is remembered any more.</summary>
    public void Release()
    {
        long taken = Interlocked.Exchange(ref _taken, 0);
        for (MemoryBudget? whole = _whole; whole is not null; whole = whole._whole)
        {
            Interlocked.Add(ref whole._taken, -taken);
        }
    }
}
