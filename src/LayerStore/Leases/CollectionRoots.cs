using LayerStore.Images;

namespace LayerStore.Leases;

/// <summary>What keeps things from the collector, as far as <c>metadata.db</c> knows.</summary>
/// <param name="Images">All images, ordered by name.</param>
/// <param name="Leases">The leases in force, ordered by id.</param>
public sealed record CollectionRoots(IReadOnlyList<Image> Images, IReadOnlyList<HeldLease> Leases);
