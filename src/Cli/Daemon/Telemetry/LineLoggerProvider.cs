using LayerStore.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Writes each log entry as one line. Lines of several threads do not mix.</summary>
/// <param name="format">Logfmt or JSON.</param>
/// <param name="levels">What is logged.</param>
/// <param name="output">Where to; it stays the caller's.</param>
/// <param name="clock">What time it is.</param>
internal sealed class LineLoggerProvider(LogFormat format, LogLevelSwitch levels, TextWriter output, TimeProvider? clock = null) : ILoggerProvider
{
    private readonly LogLevelSwitch _levels = levels;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(string category, LogLevel level, string message, Exception? exception, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        if (category.StartsWith("Microsoft.", StringComparison.Ordinal))
        {
            fields = [new("logger", category)]; // Its own fields are ids, which the message has too.
        }

        if (exception is not null)
        {
            fields = fields.Append(new("error", exception is LayerStoreException ? exception.Message : exception.ToString()));
        }

        string line = LogLine.Format(format, _clock.GetUtcNow(), level, message, fields);
        lock (_lock)
        {
            try
            {
                output.WriteLine(line);
                output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more: no reason to stop serving.
            }
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && provider._levels.Allows(category, logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                IEnumerable<KeyValuePair<string, object?>> fields = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
                provider.Write(category, logLevel, formatter(state, exception), exception, fields.Where(field => field.Key != "{OriginalFormat}"));
            }
        }
    }
}
