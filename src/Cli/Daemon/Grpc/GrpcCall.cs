using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace LayerStore.Daemon.Grpc;

/// <summary>What a handler knows of its call besides the messages.</summary>
internal sealed class GrpcCall
{
    private readonly List<KeyValuePair<string, string>> _subjects = [];

    /// <summary>The method's path: <c>/package.Service/Method</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Names the call in logs; unique as long as the daemon runs.</summary>
    public required string RequestId { get; init; }

    /// <summary>The caller's metadata.</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>When the caller stops waiting; null if it did not say.</summary>
    public required DateTimeOffset? Deadline { get; init; }

    /// <summary>Cancelled when nobody waits for the call any more: the caller went away or gave up, or the deadline passed.</summary>
    public required CancellationToken Cancelled { get; init; }

    /// <summary>The request's message, of a method that has one.</summary>
    public IMessage? Request { get; set; }

    /// <summary>What the call is about, for logs: names and values as a handler gave them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Subjects => _subjects;

    /// <summary>Says what the call is about: a key, a digest, a reference. Untrusted text may be given; logs escape it.</summary>
    public void Describe(string name, string value) => _subjects.Add(new KeyValuePair<string, string>(name, value));
}
