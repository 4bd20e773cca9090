namespace Daemon.Tests.Support;

/// <summary>A span as it came over the wire; ids in hexadecimal.</summary>
internal sealed record ReceivedSpan(string Name, string TraceId, string SpanId, string ParentId, IReadOnlySet<string> Attributes);
