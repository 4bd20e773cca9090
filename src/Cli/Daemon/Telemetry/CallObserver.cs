using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LayerStore.Daemon.Grpc;
using Microsoft.Extensions.Logging;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Makes of each call a line in the log, a measurement, and a span.</summary>
internal sealed class CallObserver(ILogger<CallObserver> logger) : IGrpcObserver
{
    /// <summary>The name of its meter and of its source of spans.</summary>
    public const string SourceName = "LayerStore.Daemon";

    // What changes nothing. containerd asks for the usage of each snapshot over and over: those lines would be most of a node's log.
    private static readonly FrozenSet<string> s_questions = FrozenSet.ToFrozenSet(
        ["Check", "Watch", "Stat", "List", "Mounts", "Usage", "Info", "Read", "Status", "ListStatuses"], StringComparer.Ordinal);

    private static readonly ActivitySource s_source = new(SourceName);
    private static readonly Meter s_meter = new(SourceName);

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "layerstore.grpc.call.duration", "s", "How long calls took, from their headers to their status.");

    private static readonly UpDownCounter<long> s_running = s_meter.CreateUpDownCounter<long>("layerstore.grpc.calls.running", null, "Calls that have not ended.");

    /// <inheritdoc/>
    public void Began(GrpcCall call)
    {
        (string service, string method) = Split(call.Method);
        s_running.Add(1, new("service", service), new("method", method));
        if (s_source.HasListeners())
        {
            // What the caller says of its own span (W3C Trace Context) makes ours a part of its trace.
            ActivityContext.TryParse(call.Headers.TraceParent, call.Headers.TraceState, isRemote: true, out ActivityContext parent);
            Activity? activity = s_source.StartActivity($"{service}/{method}", ActivityKind.Server, parent);
            activity?.SetTag("rpc.system", "grpc").SetTag("rpc.service", service).SetTag("rpc.method", method).SetTag("layerstore.request", call.RequestId);
        }
    }

    /// <inheritdoc/>
    public void Ended(GrpcCall call, GrpcOutcome outcome)
    {
        (string service, string method) = Split(call.Method);
        string status = NameOf(outcome.Status);
        s_running.Add(-1, new("service", service), new("method", method));
        s_duration.Record(outcome.Duration.TotalSeconds, new("service", service), new("method", method), new("status", status));
        if (Activity.Current is { } activity && activity.Source == s_source)
        {
            End(activity, call, outcome);
        }
    }

    /// <inheritdoc/>
    public void Answered(GrpcCall call, GrpcOutcome outcome)
    {
        (string service, string method) = Split(call.Method);
        LogLevel level = LevelOf(method, outcome.Status);
        if (logger.IsEnabled(level))
        {
            List<KeyValuePair<string, object?>> fields =
            [
                new("request", call.RequestId),
                new("method", $"{service}/{method}"),
                new("status", NameOf(outcome.Status)),
                new("duration_ms", Math.Round(outcome.Duration.TotalMilliseconds, 3)),
                .. CallSubjects.Of(call).Select(subject => new KeyValuePair<string, object?>(subject.Key, subject.Value)),
                new("reason", outcome.Message.Length > 0 ? outcome.Message : null),
            ];

            // What nobody foresaw is told whole, once, here: the caller hears only that it happened.
            Exception? unforeseen = outcome.Status is GrpcStatus.Internal or GrpcStatus.Unknown && outcome.Error is not (LayerStoreException or GrpcException) ? outcome.Error : null;
            logger.Log(level, default, fields, unforeseen, static (_, _) => "call");
        }
    }

    /// <summary>A status as gRPC's own programs write it.</summary>
    internal static string NameOf(GrpcStatus status) => status == GrpcStatus.Ok ? "OK" : status.ToString();

    // containerd asks for many things that are not there, and learns so: that is no warning.
    private static LogLevel LevelOf(string method, GrpcStatus status) => status switch
    {
        GrpcStatus.Ok => s_questions.Contains(method) ? LogLevel.Debug : LogLevel.Information,
        GrpcStatus.Internal or GrpcStatus.Unknown or GrpcStatus.DataLoss => LogLevel.Error,
        GrpcStatus.ResourceExhausted or GrpcStatus.PermissionDenied or GrpcStatus.Unauthenticated => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    // OpenTelemetry's conventions for RPC spans: a server's span failed if the server is at fault.
    private static void End(Activity activity, GrpcCall call, GrpcOutcome outcome)
    {
        activity.SetTag("rpc.grpc.status_code", (int)outcome.Status);
        foreach ((string name, string value) in CallSubjects.Of(call))
        {
            activity.SetTag($"layerstore.{name}", Printable.Text(value));
        }

        if (LevelOf("", outcome.Status) >= LogLevel.Warning)
        {
            activity.SetStatus(ActivityStatusCode.Error, Printable.Text(outcome.Message));
        }

        activity.Dispose();
    }

    private static (string Service, string Method) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return (path[1..slash], path[(slash + 1)..]);
    }
}
