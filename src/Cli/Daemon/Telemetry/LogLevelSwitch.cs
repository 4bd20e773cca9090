using Microsoft.Extensions.Logging;

namespace LayerStore.Daemon.Telemetry;

/// <summary>What is logged, while the daemon runs: SIGHUP changes it.</summary>
internal sealed class LogLevelSwitch(LogLevel level)
{
    private volatile LogLevel _level = level;

    /// <summary>This and what is graver is logged.</summary>
    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    /// <summary>Whether a line is logged.</summary>
    /// <param name="category">Who writes it. The web server tells of each request and connection what only its own developers want to know: warnings are enough.</param>
    /// <param name="level">Its level.</param>
    public bool Allows(string category, LogLevel level) =>
        level >= _level && (level >= LogLevel.Warning || !category.StartsWith("Microsoft.", StringComparison.Ordinal));
}
