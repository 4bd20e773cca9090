namespace LayerStore.Leases;

/// <summary>One thing that a lease keeps.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name among its kind; it need not exist yet.</param>
public sealed record LeaseResource(LeaseResourceKind Kind, string Id);
