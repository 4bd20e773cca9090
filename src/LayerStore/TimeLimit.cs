using System.Globalization;

namespace LayerStore;

/// <summary>Ends an operation that takes longer than <see cref="Limits.MaxTime"/>.</summary>
public sealed class TimeLimit : IDisposable
{
    /// <summary>Longer than any timer runs.</summary>
    private static readonly TimeSpan s_endless = TimeSpan.FromDays(49);

    private readonly TimeSpan _limit;
    private readonly CancellationToken _outer;
    private readonly CancellationTokenSource _both;

    /// <summary>Starts the clock.</summary>
    /// <param name="limits">The limit.</param>
    /// <param name="cancellationToken">What else ends the operation.</param>
    public TimeLimit(Limits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limit = limits.MaxTime;
        _outer = cancellationToken;
        _both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_limit < s_endless)
        {
            _both.CancelAfter(_limit);
        }
    }

    /// <summary>Ends the operation.</summary>
    public CancellationToken Token => _both.Token;

    /// <summary>Whether it was the time that ended it.</summary>
    public bool IsOver => _both.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>The error for an operation that took too long.</summary>
    /// <param name="cause">How it ended.</param>
    public LayerStoreException Error(OperationCanceledException cause) => new(
        ErrorKind.DataLoss,
        string.Create(CultureInfo.InvariantCulture, $"it took longer than {nameof(Limits.MaxTime)} allows ({_limit.TotalSeconds:0} seconds)"),
        Limit.Hint(nameof(Limits.MaxTime)),
        cause);

    /// <summary>Runs an operation within the limit.</summary>
    /// <param name="limits">The limit.</param>
    /// <param name="operation">The operation, which heeds its token.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it took too long.</exception>
    public static async Task<T> RunAsync<T>(Limits limits, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        using TimeLimit time = new(limits, cancellationToken);
        try
        {
            return await operation(time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (time.IsOver)
        {
            throw time.Error(e);
        }
    }

    /// <summary>As the other, for an operation without a result.</summary>
    /// <param name="limits">The limit.</param>
    /// <param name="operation">The operation, which heeds its token.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it took too long.</exception>
    public static Task RunAsync(Limits limits, Func<CancellationToken, Task> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync(
            limits,
            async token =>
            {
                await operation(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _both.Dispose();
}
