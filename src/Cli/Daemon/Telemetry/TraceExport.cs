using System.Reflection;
using LayerStore.Daemon.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Sends spans to a collector by OTLP over HTTP (opentelemetry.io/docs/specs/otlp). Headers and certificates come from OTEL_EXPORTER_OTLP_* in the environment.</summary>
internal static class TraceExport
{
    /// <summary>Begins to send; disposing the result sends what is left.</summary>
    /// <param name="settings">Where to, and how much.</param>
    /// <returns>Null if traces are off.</returns>
    public static IDisposable? Start(DaemonSettings settings)
    {
        if (settings.TracesEndpoint is not { } endpoint)
        {
            return null;
        }

        string version = typeof(TraceExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("layerstore", serviceVersion: version, serviceInstanceId: settings.Owner, autoGenerateServiceInstanceId: false))
            .AddSource(CallObserver.SourceName, "LayerStore", "Snapshotter")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TracesRatio)))
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new Uri($"{endpoint.OriginalString.TrimEnd('/')}/v1/traces");
            })
            .Build();
    }
}
