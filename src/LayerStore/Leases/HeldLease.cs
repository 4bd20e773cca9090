namespace LayerStore.Leases;

/// <summary>A lease with what it keeps.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Resources">What it keeps, ordered by kind and id.</param>
public sealed record HeldLease(Lease Lease, IReadOnlyList<LeaseResource> Resources);
