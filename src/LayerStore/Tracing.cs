using System.Diagnostics;

namespace LayerStore;

/// <summary>Spans (System.Diagnostics.ActivitySource) of what takes long, under the source <c>LayerStore</c>. Without a listener they cost nothing.</summary>
internal static class Tracing
{
    /// <summary>Their source.</summary>
    public static ActivitySource Source { get; } = new("LayerStore");
}
