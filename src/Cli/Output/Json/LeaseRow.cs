using LayerStore.Leases;

namespace LayerStore.Cli.Output.Json;

/// <summary>A lease, as listed.</summary>
internal sealed record LeaseRow(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The row of a lease.</summary>
    public static LeaseRow Of(Lease lease) => new(lease.Id, lease.CreatedAt, lease.ExpiresAt, lease.Labels);
}
