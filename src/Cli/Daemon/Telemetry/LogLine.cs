using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LayerStore.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Writes a log line as logfmt or JSON. All text in it is printable: keys and references come from callers.</summary>
internal static class LogLine
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line, without its end.</summary>
    /// <param name="format">Logfmt or JSON.</param>
    /// <param name="time">When.</param>
    /// <param name="level">How grave.</param>
    /// <param name="message">What, for people.</param>
    /// <param name="fields">What, for programs: texts, numbers, truth values; what is null is left out.</param>
    public static string Format(LogFormat format, DateTimeOffset time, LogLevel level, string message, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        IEnumerable<KeyValuePair<string, object?>> all =
        [
            new("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)),
            new("level", WordOf(level)),
            new("msg", message),
            .. fields.Where(field => field.Value is not null),
        ];
        return format == LogFormat.Json ? Json(all) : Logfmt(all);
    }

    private static string WordOf(LogLevel level) => level switch
    {
        <= LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    private static string Logfmt(IEnumerable<KeyValuePair<string, object?>> fields)
    {
        StringBuilder line = new();
        foreach ((string name, object? value) in fields)
        {
            string text = Text(value);
            line.Append(line.Length > 0 ? " " : "").Append(name).Append('=');
            line.Append(text.Length > 0 && text.All(IsBare) ? text : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        return line.ToString();
    }

    private static string Json(IEnumerable<KeyValuePair<string, object?>> fields)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_json))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in fields)
            {
                json.WritePropertyName(name);
                switch (value)
                {
                    case bool truth:
                        json.WriteBooleanValue(truth);
                        break;
                    case int or long or uint:
                        json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                        break;
                    case double number:
                        json.WriteNumberValue(number);
                        break;
                    default:
                        json.WriteStringValue(Text(value));
                        break;
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool IsBare(char c) => c > ' ' && c is not ('"' or '=' or '\\' or '\x7f');

    private static string Text(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        _ => Printable.Text(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };
}
