using System.Diagnostics;
using LayerStore;

namespace Snapshotter;

/// <summary>Spans (System.Diagnostics.ActivitySource) of what takes long, under the source <c>Snapshotter</c>. Without a listener it costs nothing.</summary>
internal static class Tracing
{
    private static readonly ActivitySource s_source = new("Snapshotter");

    /// <summary>Does something within a span.</summary>
    /// <param name="name">The span's name.</param>
    /// <param name="work">What to do.</param>
    /// <param name="subject">What it is about, or null.</param>
    public static async Task<T> RunAsync<T>(string name, Func<Task<T>> work, string? subject = null)
    {
        using Activity? span = s_source.StartActivity(name);
        span?.SetTag("layerstore.subject", subject is null ? null : Printable.Text(subject));
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, Printable.Text(e.Message));
            throw;
        }
    }
}
