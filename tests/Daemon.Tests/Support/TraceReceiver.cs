using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Daemon.Tests.Support;

/// <summary>Takes spans by OTLP over HTTP, and reads them: opentelemetry-proto, trace/v1/trace.proto.</summary>
internal sealed class TraceReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<ReceivedSpan> _spans = [];

    private TraceReceiver()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            lock (_spans)
            {
                Assert.Equal(("/v1/traces", "application/x-protobuf"), (context.Request.Path.Value, context.Request.ContentType));
                _spans.AddRange(Spans(body.ToArray()));
            }
        });
    }

    /// <summary>Its address.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>What has arrived.</summary>
    public IReadOnlyList<ReceivedSpan> Received
    {
        get
        {
            lock (_spans)
            {
                return [.. _spans];
            }
        }
    }

    public static async Task<TraceReceiver> StartAsync()
    {
        TraceReceiver receiver = new();
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // ExportTraceServiceRequest.resource_spans = 1; ResourceSpans.scope_spans = 2; ScopeSpans.spans = 2.
    private static IEnumerable<ReceivedSpan> Spans(byte[] request) =>
        Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)).Select(span => new ReceivedSpan(
            ByteString.CopyFrom(Fields(span, 5).Single()).ToStringUtf8(),
            Convert.ToHexStringLower(Fields(span, 1).Single()),
            Convert.ToHexStringLower(Fields(span, 2).Single()),
            Convert.ToHexStringLower(Fields(span, 4).SingleOrDefault() ?? []),
            Fields(span, 9).Select(attribute => ByteString.CopyFrom(Fields(attribute, 1).Single()).ToStringUtf8()).ToHashSet()));

    /// <summary>The values of a field whose type has a length.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        List<byte[]> found = [];
        CodedInputStream input = new(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == ((uint)number << 3 | 2))
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
