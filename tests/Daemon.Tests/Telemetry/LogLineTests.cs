using System.Text.Json;
using LayerStore;
using LayerStore.Daemon.Configuration;
using LayerStore.Daemon.Telemetry;
using Microsoft.Extensions.Logging;

namespace Daemon.Tests.Telemetry;

/// <summary>One entry is one line, whatever is in it.</summary>
public sealed class LogLineTests
{
    private static readonly DateTimeOffset s_time = new(2026, 3, 4, 6, 6, 7, 89, TimeSpan.FromHours(1));

    [Fact]
    public void Logfmt_quotes_what_needs_it() => Assert.Equal(
        "time=2026-03-04T05:06:07.089000Z level=warning msg=\"it is slow\" method=Prepare key=\"ns/1/a b\" size=12 done=true empty=\"\" quote=\"a\\\"b\\\\c\" equal=\"a=b\"",
        LogLine.Format(
            LogFormat.Logfmt,
            s_time,
            LogLevel.Warning,
            "it is slow",
            [new("method", "Prepare"), new("key", "ns/1/a b"), new("size", 12L), new("done", true), new("none", null), new("empty", ""), new("quote", "a\"b\\c"), new("equal", "a=b")]));

    [Fact]
    public void Json_has_numbers_and_truth_values()
    {
        string line = LogLine.Format(LogFormat.Json, s_time, LogLevel.Information, "call", [new("duration_ms", 1.5), new("size", 3), new("ok", false), new("key", "a\"b")]);

        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal("2026-03-04T05:06:07.089000Z", json.RootElement.GetProperty("time").GetString());
        Assert.Equal("info", json.RootElement.GetProperty("level").GetString());
        Assert.Equal(1.5, json.RootElement.GetProperty("duration_ms").GetDouble());
        Assert.Equal(3, json.RootElement.GetProperty("size").GetInt32());
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("a\"b", json.RootElement.GetProperty("key").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_of_callers_cannot_break_a_line_or_steer_a_terminal(bool isJson)
    {
        LogFormat format = isJson ? LogFormat.Json : LogFormat.Logfmt;
        string line = LogLine.Format(format, s_time, LogLevel.Error, "x", [new("key", "a\nlevel=info\r\0\e[31m\u202e\u2028z")]);

        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u202e' or '\u2028');
        Assert.Contains("a\\\\x0alevel=info", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_are_lines_with_their_fields()
    {
        using StringWriter output = new() { NewLine = "\n" };
        LogLevelSwitch level = new(LogLevel.Information);
        using LineLoggerProvider provider = new(LogFormat.Logfmt, level, output);
        ILogger logger = provider.CreateLogger("LayerStore.Test");

        LogTestEntry(logger, LogLevel.Information, "one two", null);
        LogTestEntry(logger, LogLevel.Debug, "hidden", null);
        level.Level = LogLevel.Debug;
        LogTestEntry(logger, LogLevel.Debug, "shown", new LayerStoreException(ErrorKind.Aborted, "the reason"));
        LogTestEntry(provider.CreateLogger("Microsoft.AspNetCore.Server"), LogLevel.Warning, "server", null);
        LogTestEntry(provider.CreateLogger("Microsoft.AspNetCore.Server"), LogLevel.Information, "hidden too", null);

        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("level=info msg=\"blob one two\" name=\"one two\"", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("level=debug msg=\"blob shown\" name=shown error=\"the reason\"", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("logger=Microsoft.AspNetCore.Server", lines[2], StringComparison.Ordinal);
    }

    private static void LogTestEntry(ILogger logger, LogLevel level, string name, Exception? exception)
    {
        if (logger.IsEnabled(level))
        {
            KeyValuePair<string, object?>[] fields = [new("name", name), new("{OriginalFormat}", "blob {name}")];
            logger.Log(level, 0, fields, exception, (state, _) => $"blob {state[0].Value}");
        }
    }
}
